package claudemesh.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RequestFingerprintTest {
  @Test
  void recordedBroadcastHasTheFingerprintThatADeployedCliSent() {
    assertEquals(
        "1ab4341ea78ed5ec9a8d868c06abbde82dd7a35cf47a3f36c3e312a6690fc731",
        RequestFingerprint.of("topic", "*", "next", null, "bcast via proxy"));
  }

  @Test
  void everyFieldCounts() {
    List<String> all =
        List.of(
            RequestFingerprint.of("dm", "ref", "next", null, "body"),
            RequestFingerprint.of("topic", "ref", "next", null, "body"),
            RequestFingerprint.of("dm", "other", "next", null, "body"),
            RequestFingerprint.of("dm", "ref", "reply", "next", null, "body"),
            RequestFingerprint.of("dm", "ref", "now", null, "body"),
            RequestFingerprint.of("dm", "ref", "next", "{\"a\":1}", "body"),
            RequestFingerprint.of("dm", "ref", "next", null, "ü"),
            RequestFingerprint.of("dm", "ref", "next", null, ""));
    assertEquals(Set.copyOf(all).size(), all.size());
    Set<Integer> lengths = all.stream().map(String::length).collect(Collectors.toSet());
    assertEquals(Set.of(64), lengths);
  }

  @Test
  void absentFieldsAreEmptyOnes() {
    Stream<String> same =
        Stream.of(
            RequestFingerprint.of("dm", "ref", "next", null, "body"),
            RequestFingerprint.of("dm", "ref", "next", "", "body"),
            RequestFingerprint.of("dm", "ref", "", "next", "", "body"));
    assertEquals(1, same.distinct().count());
  }
}
