package claudemesh.daemon;

import claudemesh.json.Json;

/**
 * Something that has happened in a daemon.
 *
 * @param id where to go on after it; later ones are greater
 * @param kind what kind, such as {@code message}; {@code gap} if events before it were missed
 * @param data what happened
 */
public record DaemonEvent(String id, String kind, Json data) {}
