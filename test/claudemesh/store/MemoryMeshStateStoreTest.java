package claudemesh.store;

final class MemoryMeshStateStoreTest extends MeshStateStoreContract {

  private final MeshStateStore store = new MemoryMeshStateStore();

  @Override
  MeshStateStore store() {
    return store;
  }
}
