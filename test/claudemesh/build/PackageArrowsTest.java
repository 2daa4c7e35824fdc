package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which package may know which, read from the compiled classes by {@code jdeps}. */
final class PackageArrowsTest {

  /** The house plan: every package, and all that it may know. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          // Main reaches the command line by reflection only: it must stay readable for Java 8.
          Map.entry("claudemesh", Set.of()),
          allow("cli", "daemon broker client lifecycle protocol crypto http json time store"),
          allow("daemon", "client lifecycle http store protocol crypto json time"),
          allow("client", "lifecycle protocol crypto json time"),
          allow("lifecycle", "json time"),
          allow("protocol", "json crypto"),
          allow("broker", "http store protocol crypto json time"),
          allow("http", "json time"),
          allow("store", "json time crypto"),
          allow("crypto", ""),
          allow("json", ""),
          allow("time", ""));

  /** Packages from elsewhere, each with those that may touch its types. */
  private static final Map<String, Set<String>> FOREIGN =
      Map.of(
          "com.eclipsesource.json", Set.of("claudemesh.json", "claudemesh.protocol"),
          "software.pando.crypto.nacl", Set.of("claudemesh.crypto"),
          "jdk.net", Set.of("claudemesh.http"),
          "java.sql", Set.of("claudemesh.store"),
          "org.sqlite", Set.of("claudemesh.store"));

  private static final Pattern ARROW = Pattern.compile("^ {3}(\\S+) +-> (\\S+) .*$");

  /** One class that knows another, in another package. */
  private record Arrow(String from, String to) {
    String fromPackage() {
      return packageOf(from);
    }

    String toPackage() {
      return packageOf(to);
    }

    private static String packageOf(String className) {
      return className.substring(0, className.lastIndexOf('.'));
    }
  }

  private static List<Arrow> arrows;

  @BeforeAll
  static void readTheArrows() {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        ToolProvider.findFirst("jdeps")
            .orElseThrow(() -> new AssertionError("the tests run on a JDK, which has jdeps"))
            .run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                "-verbose:class",
                Built.classes().toString());
    assertEquals(0, code, () -> out + "\n" + err);
    arrows =
        out.toString()
            .lines()
            .map(ARROW::matcher)
            .filter(matcher -> matcher.matches())
            .map(matcher -> new Arrow(matcher.group(1), matcher.group(2)))
            .toList();
  }

  @Test
  void jdepsSawTheClasses() {
    assertTrue(arrows.stream().anyMatch(arrow -> arrow.from().equals("claudemesh.Main")));
    assertTrue(arrows.stream().anyMatch(arrow -> arrow.fromPackage().equals("claudemesh.json")));
  }

  @Test
  void everyPackageHasItsPlaceInThePlan() {
    var unknown = new TreeSet<String>();
    for (Arrow arrow : arrows) {
      unknown.add(arrow.fromPackage());
    }
    unknown.removeAll(ALLOWED.keySet());
    assertEquals(Set.of(), unknown, "packages that the plan does not name");
  }

  @Test
  void noArrowLeavesThePlan() {
    var wrong =
        arrows.stream()
            .filter(arrow -> ALLOWED.containsKey(arrow.toPackage()))
            .filter(arrow -> !ALLOWED.get(arrow.fromPackage()).contains(arrow.toPackage()))
            .toList();
    assertEquals(List.of(), wrong, "arrows that the plan does not allow");
  }

  @Test
  void clientAndBrokerNeverSeeEachOther() {
    assertFalse(reachable("claudemesh.client").contains("claudemesh.broker"));
    assertFalse(reachable("claudemesh.broker").contains("claudemesh.client"));
  }

  @Test
  void noPackageReachesItself() {
    var inACycle =
        ALLOWED.keySet().stream().filter(name -> reachable(name).contains(name)).toList();
    assertEquals(List.of(), inACycle, "packages in a cycle");
  }

  @Test
  void onlyTheirWrappersTouchForeignTypes() {
    var wrong =
        arrows.stream()
            .filter(arrow -> FOREIGN.containsKey(arrow.toPackage()))
            .filter(arrow -> !FOREIGN.get(arrow.toPackage()).contains(arrow.fromPackage()))
            .toList();
    assertEquals(List.of(), wrong, "foreign types outside the package that wraps them");
  }

  @Test
  void nothingForeignButTheNamedPackagesAndTheJdk() {
    var unnamed =
        arrows.stream()
            .map(Arrow::toPackage)
            .filter(name -> !ALLOWED.containsKey(name) && !FOREIGN.containsKey(name))
            .filter(name -> !name.matches("javax?\\..*"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), unnamed, "packages of other projects, or of the JDK's inside");
  }

  /** Every package of ours that can be reached by following the arrows, by whatever way. */
  private static Set<String> reachable(String start) {
    var seen = new TreeSet<String>();
    Deque<String> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      String from = open.pop();
      arrows.stream()
          .filter(arrow -> arrow.fromPackage().equals(from))
          .map(Arrow::toPackage)
          .filter(ALLOWED::containsKey)
          .filter(seen::add)
          .forEach(open::push);
    }
    return seen;
  }

  private static Map.Entry<String, Set<String>> allow(String from, String to) {
    Set<String> names =
        Pattern.compile(" ")
            .splitAsStream(to)
            .filter(name -> !name.isEmpty())
            .map(name -> "claudemesh." + name)
            .collect(Collectors.toSet());
    return Map.entry("claudemesh." + from, names);
  }
}
