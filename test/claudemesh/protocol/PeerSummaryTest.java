package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import claudemesh.json.Json;
import claudemesh.json.JsonException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerSummaryTest {

  private static PeerSummary row(String rest) {
    return PeerSummary.decode(Json.parse("{\"pubkey\":\"ab\"" + rest + "}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'';session",
        ",\"role\":\"control-plane\";control-plane",
        ",\"peerRole\":\"control-plane\";control-plane",
        ",\"role\":\"session\",\"peerRole\":\"control-plane\";session",
        ",\"role\":null,\"peerRole\":\"service\";service",
        ",\"role\":null,\"peerRole\":null;session",
        ",\"role\":\"satellite\";satellite",
        ",\"profile\":{\"role\":\"control-plane\"};session"
      })
  void theRoleIsRoleElsePeerRoleElseSession(String fields, String role) {
    PeerSummary row = row(fields);
    assertEquals(role, row.role());
    assertEquals(role.equals("control-plane"), row.isControlPlane());
  }

  @Test
  void aRowIsNeverDroppedForLackOfAnythingButItsKey() {
    PeerSummary row = row("");
    assertEquals("ab", row.memberPubkey());
    assertEquals("", row.displayName());
    assertEquals("idle", row.status());
    assertEquals(List.of(), row.groups());
    assertTrue(row.visible());
    assertEquals(
        "pubkey: expected a string, found nothing",
        assertThrows(JsonException.class, () -> PeerSummary.decode(Json.object().build()))
            .getMessage());
  }

  @Test
  void everyFieldMayBeNull() {
    PeerSummary bare = row("");
    String nulls =
        String.join(
            "",
            List.of(
                    "memberPubkey",
                    "displayName",
                    "status",
                    "summary",
                    "groups",
                    "sessionId",
                    "connectedAt",
                    "cwd",
                    "role",
                    "peerRole",
                    "hostname",
                    "peerType",
                    "channel",
                    "model",
                    "stats",
                    "visible",
                    "profile")
                .stream()
                .map(field -> ",\"" + field + "\":null")
                .toList());
    assertEquals(bare, row(nulls));
  }

  @Test
  void theRoleGoesOutUnderBothNamesAndASummaryAlways() {
    Json written = row(",\"peerRole\":\"service\"").encode();
    assertEquals("service", written.string("role"));
    assertEquals("service", written.string("peerRole"));
    assertTrue(written.names().contains("summary"));
    assertFalse(written.has("summary"));
    assertFalse(written.has("hostname"));
  }

  @Test
  void aRowIsThereUnlessItSaysAway() {
    assertFalse(row("").away());
    assertFalse(row("").encode().has("away"));
    PeerSummary away = row(",\"away\":true");
    assertTrue(away.away());
    assertEquals(away, PeerSummary.decode(away.encode()));
  }

  @Test
  void aFullRowIsReadFieldByField() {
    PeerSummary row =
        row(
            ",\"memberPubkey\":\"cd\",\"displayName\":\"ü\",\"status\":\"dnd\",\"summary\":\"s\","
                + "\"groups\":[{\"name\":\"dev\",\"role\":\"lead\"},{\"name\":\"ops\"}],"
                + "\"sessionId\":\"i\",\"connectedAt\":\"t\",\"cwd\":\"/w\",\"hostname\":\"h\","
                + "\"peerType\":\"human\",\"channel\":\"c\",\"model\":\"m\",\"visible\":false,"
                + "\"stats\":{\"errors\":0},\"profile\":{\"title\":\"x\"}");
    assertEquals("cd", row.memberPubkey());
    assertEquals(Optional.of("s"), row.summary());
    assertEquals(
        List.of(new Group("dev", Optional.of("lead")), new Group("ops", Optional.empty())),
        row.groups());
    assertFalse(row.visible());
    assertEquals(Optional.of(Json.parse("{\"errors\":0}")), row.stats());
    assertEquals(Optional.of(Json.parse("{\"title\":\"x\"}")), row.profile());
    assertEquals(row, PeerSummary.decode(row.encode()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        ",\"displayName\":1;displayName: expected a string, found a number",
        ",\"groups\":{};groups: expected an array, found an object",
        ",\"groups\":[1];groups[0]: expected an object, found a number",
        ",\"groups\":[{}];name: expected a string, found nothing",
        ",\"visible\":\"yes\";visible: expected true or false, found a string",
        ",\"role\":7;role: expected a string, found a number"
      })
  void aFieldOfTheWrongTypeIsNamed(String fields, String message) {
    assertEquals(message, assertThrows(JsonException.class, () -> row(fields)).getMessage());
  }
}
