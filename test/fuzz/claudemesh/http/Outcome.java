package claudemesh.http;

import java.util.List;

/**
 * What became of a stream of frames.
 *
 * @param events one line for each message, ping, pong and close, in order
 * @param violation the close code of what broke the protocol; 0 if nothing did
 * @param partial whether the bytes end inside a frame
 */
record Outcome(List<String> events, int violation, boolean partial) {}
