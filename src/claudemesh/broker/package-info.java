/**
 * The broker: meshes and members, presence, routing, limits, and the HTTP beside it (protocol.md §3
 * to §7). Knows nothing of clients.
 */
package claudemesh.broker;
