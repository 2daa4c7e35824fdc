package claudemesh.store;

final class MemoryMailboxStoreTest extends MailboxStoreContract {

  @Override
  MailboxStore open(MailboxLimits limits) {
    return new MemoryMailboxStore(time, limits);
  }

  @Override
  int steps() {
    return 5_000;
  }
}
