package claudemesh.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** The module descriptor, which no compiler checks against the classes: only the bundle has it. */
final class ModuleTest {

  private static final Pattern REQUIRES = Pattern.compile("requires ([\\w.]+);");

  @Test
  void theDescriptorRequiresTheModulesThatTheJarUsesAndNoOther() throws IOException {
    var required = new TreeSet<String>();
    var matcher = REQUIRES.matcher(Files.readString(Path.of("src/module-info.java")));
    while (matcher.find()) {
      required.add(matcher.group(1));
    }
    required.add("java.base");

    assertEquals(usedByTheJar(), required, "modules, by jdeps and by src/module-info.java");
  }

  private static Set<String> usedByTheJar() {
    var out = new StringWriter();
    int code =
        ToolProvider.findFirst("jdeps")
            .orElseThrow(() -> new AssertionError("the tests run on a JDK, which has jdeps"))
            .run(
                new PrintWriter(out, true),
                new PrintWriter(out, true),
                "--list-deps",
                "--ignore-missing-deps",
                "--multi-release",
                "21",
                Built.jar().toString());
    assertEquals(0, code, out::toString);
    var modules = new TreeSet<String>();
    out.toString().lines().map(line -> line.strip().replaceFirst("/.*", "")).forEach(modules::add);
    return modules;
  }
}
