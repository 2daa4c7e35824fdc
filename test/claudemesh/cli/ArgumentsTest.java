package claudemesh.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ArgumentsTest {

  private static final VerbSpec SPEC =
      VerbSpec.of("try", "try things")
          .operands("A [B]", 1, 2)
          .flags(
              Flag.on("all", "").or("a"),
              Flag.on("verbose", "").or("v"),
              Flag.value("name", "NAME", "").or("n"),
              Flag.value("time-out", "S", ""),
              Flag.repeated("header", "H", "").or("H"),
              Flag.optional("json", "FIELDS", "").or("j"));

  @Test
  void aValueFollowsItsFlagOrAnEqualsSign() throws Exception {
    assertEquals(Optional.of("bob"), parse("x", "--name", "bob").value("name"));
    assertEquals(Optional.of("bob=b"), parse("x", "--name=bob=b").value("name"));
    assertEquals(Optional.of(""), parse("x", "--name=").value("name"));
    assertEquals(Optional.of("bob"), parse("x", "-n", "bob").value("name"));
    assertEquals(Optional.of("bob"), parse("x", "-nbob").value("name"));
  }

  @Test
  void switchesMayShareADash() throws Exception {
    Arguments arguments = parse("x", "-avn", "bob");
    assertTrue(arguments.has("all") && arguments.has("verbose"));
    assertEquals(Optional.of("bob"), arguments.value("name"));
  }

  @Test
  void flagsAndOperandsComeInAnyOrder() throws Exception {
    Arguments arguments = parse("--all", "one", "--name", "bob", "two");
    assertEquals(List.of("one", "two"), arguments.operands());
  }

  @Test
  void twoDashesEndTheFlagsAndOneIsAnOperand() throws Exception {
    assertEquals(List.of("--all", "-"), parse("--", "--all", "-").operands());
    assertEquals(List.of("-"), parse("-").operands());
    assertFalse(parse("--", "--all").has("all"));
  }

  @Test
  void theLastOfSeveralValuesCountsUnlessAllDo() throws Exception {
    assertEquals(Optional.of("b"), parse("x", "-na", "-nb").value("name"));
    assertEquals(List.of("a", "b"), parse("x", "-Ha", "--header=b").values("header"));
  }

  @Test
  void anOptionalValueIsNeverTheNextWord() throws Exception {
    Arguments bare = parse("--json", "x");
    assertTrue(bare.has("json"));
    assertEquals(Optional.empty(), bare.value("json"));
    assertEquals(List.of("x"), bare.operands());
    assertEquals(Optional.of("a,b"), parse("x", "--json=a,b").value("json"));
  }

  @Test
  void anUnknownFlagIsNamedWithTheNearestOne() {
    assertEquals("unknown flag --nmae; did you mean --name?", refusal("x", "--nmae", "bob"));
    assertEquals("unknown flag --zzzzzz", refusal("x", "--zzzzzz"));
    assertEquals("unknown flag -z", refusal("x", "-z"));
  }

  @Test
  void aFlagWithoutItsValueSaysWhatItNeeds() {
    assertEquals("--name needs a value: --name NAME", refusal("x", "--name"));
    assertEquals("--name needs a value: --name NAME", refusal("x", "--name", "--all"));
    assertEquals("--all takes no value", refusal("x", "--all=yes"));
  }

  @Test
  void tooFewAndTooManyOperandsShowTheUsage() {
    assertEquals("something is missing. Usage: claudemesh try [FLAGS] A [B]", refusal());
    assertEquals("unexpected \"c\". Usage: claudemesh try [FLAGS] A [B]", refusal("a", "b", "c"));
  }

  @Test
  void helpIsShownEvenIfSomethingIsMissing() throws Exception {
    assertTrue(parse("--help").has("help"));
    assertTrue(parse("-h").has("help"));
  }

  @Test
  void numbersAndDurationsAreChecked() throws Exception {
    Arguments arguments = parse("x", "--name", "12", "--time-out", "1.5m");
    assertEquals(Optional.of(12), arguments.number("name", 1, 12));
    assertEquals(Optional.of(Duration.ofSeconds(90)), arguments.duration("time-out"));
    assertEquals(Optional.empty(), arguments.number("header", 1, 2));
    var outOfRange = assertThrows(UsageException.class, () -> arguments.number("name", 1, 11));
    assertEquals("--name: expected a whole number from 1 to 11, found 12", outOfRange.getMessage());
    var noDuration =
        assertThrows(UsageException.class, () -> parse("x", "-nlong").duration("name"));
    assertTrue(noDuration.getMessage().startsWith("--name: expected a duration such as 30"));
  }

  private static Arguments parse(String... words) throws UsageException {
    return Arguments.parse(SPEC, List.of(words));
  }

  private static String refusal(String... words) {
    return assertThrows(UsageException.class, () -> parse(words)).getMessage();
  }
}
