/**
 * What keeps a machine on its meshes. For now the user's config: which meshes this user has joined,
 * with which keys, and how to join another. Knows nothing of terminals.
 */
package claudemesh.daemon;
