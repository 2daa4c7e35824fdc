package claudemesh.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The table "What a client does with an ending" of protocol.md §3, row by row. */
class CloseMeaningTest {

  @ParameterizedTest
  @CsvSource({
    "1000,session_replaced,REPLACED",
    "1000,disconnected,TRANSIENT",
    "1000,'',TRANSIENT",
    "1000,Session_Replaced,TRANSIENT",
    "1001,'',TRANSIENT",
    "1001,session_replaced,TRANSIENT",
    "1005,'',TRANSIENT",
    "1006,'',TRANSIENT",
    "1009,'',TRANSIENT",
    "1011,'',TRANSIENT",
    "1012,'',TRANSIENT",
    "1013,'',TRANSIENT",
    "1008,timestamp_skew,CLOCK_OFF",
    "1008,capacity,MESH_FULL",
    "1008,expired,ATTESTATION_EXPIRED",
    "1008,hello_timeout,TRANSIENT",
    "1008,bad_session_pubkey,REFUSED",
    "1008,bad_parent_pubkey,REFUSED",
    "1008,attestation_mismatch,REFUSED",
    "1008,ttl_too_long,REFUSED",
    "1008,malformed,REFUSED",
    "1008,bad_signature,REFUSED",
    "1008,unauthorized,REFUSED",
    "1008,parent_member_id_mismatch,REFUSED",
    "1008,'',REFUSED",
    "1008,anything else,REFUSED",
    "4001,kicked,KICKED",
    "4001,kicked_stale,KICKED",
    "4001,'',KICKED",
    "4002,banned,BANNED",
    "4002,'',BANNED",
    "4000,'',TRANSIENT",
    "4999,banned,TRANSIENT"
  })
  void everyCloseHasItsMeaning(int code, String reason, CloseMeaning meaning) {
    assertEquals(meaning, CloseMeaning.ofClose(code, reason));
  }

  @ParameterizedTest
  @CsvSource({
    "unknown_message_type,REFUSED",
    "no_hello,REFUSED",
    "revoked,BANNED",
    "internal,TRANSIENT",
    "'',REFUSED"
  })
  void everyErrorBeforeTheAckHasItsMeaning(String code, CloseMeaning meaning) {
    assertEquals(meaning, CloseMeaning.ofError(code));
  }

  @Test
  void theRecordedRejectionsMeanTheSameByErrorAndByClose() {
    Recording.of("f_errors.jsonl").stream()
        .filter(frame -> frame.type().equals("error"))
        .map(frame -> (BrokerMessage.Error) frame.decode())
        .filter(error -> !error.code().equals("revoked")) // closes with 4002, not 1008
        .forEach(
            error ->
                assertEquals(
                    CloseMeaning.ofError(error.code()),
                    CloseMeaning.ofClose(CloseMeaning.POLICY, error.code())));
  }

  @ParameterizedTest
  @EnumSource(CloseMeaning.class)
  void everyMeaningHasWords(CloseMeaning meaning) {
    assertFalse(meaning.words().isBlank());
  }
}
