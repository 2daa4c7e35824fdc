package claudemesh.cli;

import claudemesh.json.Json;
import java.util.List;

/**
 * Who is on the meshes.
 *
 * @param rows who is there
 * @param errors {@code {mesh,error}} for each mesh that cannot be asked
 */
record TopPeers(PeerRows rows, List<Json> errors) {}
