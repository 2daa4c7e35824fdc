package claudemesh.broker;

import claudemesh.store.MailboxStore;
import claudemesh.time.Clock;

/**
 * What every part of one broker works with.
 *
 * @param options its limits
 * @param directory its meshes
 * @param store its mailboxes
 * @param brokerId the name under which it holds mail; no other process has it
 */
record BrokerParts(
    BrokerOptions options, MeshDirectory directory, MailboxStore store, String brokerId) {

  Clock clock() {
    return options.clock();
  }
}
