package claudemesh.lifecycle;

import java.time.Duration;

/**
 * An attempt has ended and another will follow. Told before every retry and never for the final
 * ending, which is a {@link StatusChange} to {@link WsStatus#CLOSED}.
 *
 * @param code the close code; 1006 if there was no close frame
 * @param reason the peer's reason, or why in our words
 * @param ending the whole story
 * @param attempt the number of the attempt that ended, from 1
 * @param decision what is done about it; never {@link Decision#STOP}
 * @param delay how long until the next one
 */
public record Disconnect(
    int code, String reason, Ending ending, int attempt, Decision decision, Duration delay) {}
