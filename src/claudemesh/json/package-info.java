/**
 * The one wrapper round minimal-json: typed access with one failure type, JSON lines with a limit,
 * and the log. Knows nothing of the protocol.
 */
package claudemesh.json;
