import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts every known defect of {@code hard-cases.md} §1 (L), and what might be wrong with probes (P)
 * and turns (T), one at a time, into a copy of the sources, and sees whether the lifecycle's tests
 * notice. A mutant is a small file:
 *
 * <pre>
 *   what is wrong with it
 *   test Class#method          the test that must fail
 *   file lifecycle/WsLoop.java below src/claudemesh, and then what to replace there by what;
 *   - this                     white space does not matter, but it must be there exactly once
 *   + that                     may be missing: nothing
 * </pre>
 *
 * <p>The tests over scripts run for each mutant, and those over sockets only where they are named.
 * {@code L18b.mutant} is a second mutant of L18; a defect is caught when all of its mutants are.
 */
final class Mutants {

  private record Edit(Path file, String from, String to) {}

  private record Mutant(String name, String words, String test, List<Edit> edits) {
    String defect() {
      return name.substring(0, 3);
    }

    String testClass() {
      return "claudemesh.lifecycle." + test.substring(0, test.indexOf('#'));
    }

    String testMethod() {
      return test.substring(test.indexOf('#') + 1);
    }
  }

  private record Verdict(boolean caught, String words) {}

  private static final Path SOURCES = Path.of("src", "claudemesh");
  private static final Path TESTS = Path.of("test", "claudemesh", "lifecycle");
  private static final List<String> PACKAGES = List.of("json", "time", "lifecycle");
  private static final Pattern FAILED =
      Pattern.compile("MethodSource \\[className = '([^']+)', methodName = '([^']+)'");

  private final Path java = Path.of(System.getProperty("java.home"), "bin", "java");
  private final Path build;
  private final Path work;
  private final String jars;
  private final List<String> scriptedTests;

  private Mutants(Path build, Path work) throws IOException {
    this.build = build;
    this.work = work;
    try (Stream<Path> files = Files.list(Path.of(".deps"))) {
      this.jars =
          files
              .map(Path::toString)
              .filter(file -> file.endsWith(".jar"))
              .sorted()
              .collect(Collectors.joining(File.pathSeparator));
    }
    try (Stream<Path> files = Files.list(TESTS)) {
      this.scriptedTests =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith("Test.java"))
              .filter(file -> !file.matches("(.*Sockets|Process|OwnServer|Simulator)Test.java"))
              .map(file -> "claudemesh.lifecycle." + file.replace(".java", ""))
              .sorted()
              .toList();
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path work = Files.createTempDirectory("mutants");
    try {
      Path build = Path.of(System.getenv().getOrDefault("BUILD", "build"));
      System.exit(new Mutants(build, work).run(List.of(arguments)) ? 0 : 1);
    } finally {
      delete(work);
    }
  }

  private boolean run(List<String> only) throws Exception {
    List<Mutant> mutants = new ArrayList<>();
    for (Path file : mutantFiles()) {
      Mutant mutant = read(file);
      if (only.isEmpty() || only.contains(mutant.name()) || only.contains(mutant.defect())) {
        mutants.add(mutant);
      }
    }
    if (!allTestsPassWithoutAMutant(mutants)) {
      return false;
    }
    Map<String, Boolean> defects = new TreeMap<>();
    Map<Mutant, Future<Verdict>> verdicts = new LinkedHashMap<>();
    int jobs = Math.max(1, Runtime.getRuntime().availableProcessors());
    try (ExecutorService pool = Executors.newFixedThreadPool(jobs)) {
      mutants.forEach(mutant -> verdicts.put(mutant, pool.submit(() -> judge(mutant))));
      for (var each : verdicts.entrySet()) {
        Verdict verdict = each.getValue().get();
        defects.merge(each.getKey().defect(), verdict.caught(), Boolean::logicalAnd);
        System.out.printf(
            "%-5s %-7s %s: %s%n",
            each.getKey().name(),
            verdict.caught() ? "caught" : "MISSED",
            each.getKey().words(),
            verdict.words());
      }
    }
    long caught = defects.values().stream().filter(each -> each).count();
    System.out.println(caught + "/" + defects.size() + " caught");
    return caught == defects.size() && !defects.isEmpty();
  }

  private static List<Path> mutantFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("test", "mutants"))) {
      return files.filter(file -> file.toString().endsWith(".mutant")).sorted().toList();
    }
  }

  private static Mutant read(Path file) throws IOException {
    String name = file.getFileName().toString().replace(".mutant", "");
    List<String> lines = Files.readAllLines(file);
    List<Edit> edits = new ArrayList<>();
    Path target = null;
    for (String line : lines.subList(2, lines.size())) {
      String rest = line.substring(line.indexOf(' ') + 1);
      switch (line.charAt(0)) {
        case 'f' -> target = SOURCES.resolve(rest);
        case '-' -> edits.add(new Edit(target, rest, ""));
        case '+' -> edits.set(edits.size() - 1, new Edit(target, edits.getLast().from(), rest));
        default -> throw new IOException(file + " cannot be read at: " + line);
      }
    }
    return new Mutant(name, lines.get(0), lines.get(1).replace("test ", ""), edits);
  }

  // Or "caught" would say nothing.
  private boolean allTestsPassWithoutAMutant(List<Mutant> mutants) throws Exception {
    Map<String, List<String>> failed = new LinkedHashMap<>();
    String output = test(build.resolve("classes"), mutants, failed);
    if (!failed.isEmpty() || !output.contains("tests successful")) {
      System.out.println(output);
      System.out.println("the tests do not pass without a mutant: " + failed);
      return false;
    }
    for (Mutant mutant : mutants) {
      Path source = TESTS.resolve(mutant.test().replaceAll("#.*", ".java"));
      if (!Files.readString(source).contains("void " + mutant.testMethod() + "(")) {
        System.out.println(mutant.name() + " names a test that is not there: " + mutant.test());
        return false;
      }
    }
    return true;
  }

  private Verdict judge(Mutant mutant) throws Exception {
    Path folder = Files.createDirectory(work.resolve(mutant.name()));
    for (String name : PACKAGES) {
      copy(SOURCES.resolve(name), folder.resolve("src").resolve(name));
    }
    for (Edit edit : mutant.edits()) {
      String problem = apply(edit, folder.resolve("src").resolve(SOURCES.relativize(edit.file())));
      if (!problem.isEmpty()) {
        return new Verdict(false, problem);
      }
    }
    Path classes = folder.resolve("classes");
    String errors = compile(folder.resolve("src"), classes);
    if (!errors.isEmpty()) {
      return new Verdict(false, "does not compile:\n" + errors);
    }
    Map<String, List<String>> failed = new LinkedHashMap<>();
    String output = test(classes, List.of(mutant), failed);
    boolean caught =
        failed.getOrDefault(mutant.testClass(), List.of()).contains(mutant.testMethod());
    long others = failed.values().stream().mapToLong(List::size).sum() - (caught ? 1 : 0);
    return new Verdict(
        caught,
        (caught ? "" : "not ")
            + "by "
            + mutant.test()
            + (others > 0 ? " (by " + others + " other tests)" : "")
            + (caught || others > 0 ? "" : "\n" + output));
  }

  /** Says what went wrong; empty if nothing did. */
  private static String apply(Edit edit, Path file) throws IOException {
    String regex =
        Arrays.stream(edit.from().split("\\s+|(?<=\\W)|(?=\\W)"))
            .filter(token -> !token.isBlank())
            .map(Pattern::quote)
            .collect(Collectors.joining("\\s*"));
    String source = Files.readString(file);
    Matcher matcher = Pattern.compile(regex).matcher(source);
    long found = matcher.results().count();
    if (found != 1) {
      return "does not apply: found " + found + " times in " + edit.file() + ": " + edit.from();
    }
    String replacement = Matcher.quoteReplacement(edit.to());
    Files.writeString(file, Pattern.compile(regex).matcher(source).replaceFirst(replacement));
    return "";
  }

  private String compile(Path sources, Path classes) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "--release", "21"));
    arguments.addAll(List.of("-d", classes.toString(), "-cp", jars));
    try (Stream<Path> files = Files.walk(sources)) {
      files.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(arguments::add);
    }
    StringWriter errors = new StringWriter();
    var javac = ToolProvider.findFirst("javac").orElseThrow();
    PrintWriter out = new PrintWriter(errors);
    return javac.run(out, out, arguments.toArray(String[]::new)) == 0 ? "" : errors.toString();
  }

  /** Runs the scripted tests and those that the mutants name; returns what JUnit printed. */
  private String test(Path classes, List<Mutant> mutants, Map<String, List<String>> failed)
      throws Exception {
    Path console =
        Path.of(
            jars.replaceAll(
                ".*?([^" + File.pathSeparator + "]*junit[^" + File.pathSeparator + "]*\\.jar).*",
                "$1"));
    List<String> command = new ArrayList<>(List.of(java.toString(), "-ea", "-Xmx512m"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", "" + console));
    command.addAll(List.of("execute", "--disable-banner", "--details=summary", "--class-path"));
    command.add(
        Stream.of(classes, build.resolve("test-classes"), build.resolve("classes"))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator))
            + File.pathSeparator
            + jars);
    scriptedTests.forEach(name -> command.addAll(List.of("--select-class", name)));
    mutants.stream()
        .filter(mutant -> !scriptedTests.contains(mutant.testClass()))
        .map(mutant -> mutant.testClass() + "#" + mutant.testMethod())
        .distinct()
        .forEach(method -> command.addAll(List.of("--select-method", method)));
    Path output = Files.createTempFile(work, "tests", ".txt");
    Path noise = Files.createTempFile(work, "noise", ".txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(noise.toFile())
            .start();
    if (!process.waitFor(300, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    String printed = Files.readString(output);
    FAILED
        .matcher(printed)
        .results()
        .forEach(
            result ->
                failed
                    .computeIfAbsent(result.group(1), none -> new ArrayList<>())
                    .add(result.group(2)));
    return printed;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
