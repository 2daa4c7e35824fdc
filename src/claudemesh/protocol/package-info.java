/**
 * What goes over the wire: sealed message types and their one codec, targets, close codes and what
 * they mean, the texts that are signed, invites. Knows neither sockets nor files.
 */
package claudemesh.protocol;
