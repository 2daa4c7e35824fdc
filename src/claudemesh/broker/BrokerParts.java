package claudemesh.broker;

import claudemesh.crypto.Ids;
import claudemesh.store.DurableStores;
import claudemesh.store.MailboxStore;
import claudemesh.store.MemoryMailboxStore;
import claudemesh.store.MemoryMeshStateStore;
import claudemesh.store.MeshStateStore;
import claudemesh.time.Clock;
import java.io.IOException;

/**
 * What every part of one broker works with.
 *
 * @param options its limits
 * @param directory its meshes
 * @param store its mailboxes
 * @param facts what its meshes know besides
 * @param metrics what it counts
 * @param refusals counts and logs whom it refuses
 * @param brokerId the name under which it holds mail; no other process has it
 */
record BrokerParts(
    BrokerOptions options,
    MeshDirectory directory,
    MailboxStore store,
    MeshStateStore facts,
    Metrics metrics,
    Refusals refusals,
    String brokerId) {

  /** Opens the stores that the options ask for; {@code store.close} closes both. */
  static BrokerParts open(BrokerOptions options, MeshDirectory directory) throws IOException {
    String brokerId = Ids.random32();
    Metrics metrics = new Metrics();
    Refusals refusals = new Refusals(metrics, options.clock());
    if (options.durable()) {
      DurableStores stores =
          DurableStores.open(directory.folder(), options.clock(), options.mailboxLimits());
      return new BrokerParts(
          options, directory, stores.mailboxes(), stores.meshState(), metrics, refusals, brokerId);
    }
    MailboxStore store = new MemoryMailboxStore(options.clock(), options.mailboxLimits());
    return new BrokerParts(
        options, directory, store, new MemoryMeshStateStore(), metrics, refusals, brokerId);
  }

  Clock clock() {
    return options.clock();
  }
}
