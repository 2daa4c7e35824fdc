package claudemesh.store;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What meshes know besides their messages, for as long as the broker's data folder lives.
 *
 * <p>Small: whoever puts facts bounds how many there are of a kind, and reads all of a kind at
 * once. Changes are made in the order of the calls. A read sees what was told as saved, perhaps
 * more. Safe from any thread.
 */
public interface MeshStateStore {

  /**
   * Everything of one kind.
   *
   * @param mesh the mesh's id
   * @param kind the kind
   * @return the facts in the order in which their keys were first put
   */
  List<MeshFact> all(String mesh, String kind);

  /**
   * One fact.
   *
   * @param mesh the mesh's id
   * @param kind the kind
   * @param key the key
   * @return the fact; empty if there is none
   */
  Optional<MeshFact> find(String mesh, String kind, String key);

  /**
   * Puts a fact in place of the one with the same mesh, kind and key, if any.
   *
   * @param fact the fact
   * @param outcome told exactly once, on this thread or one of the store's, in the order of the
   *     calls. It must not block
   */
  void put(MeshFact fact, Consumer<Saved> outcome);

  /**
   * Removes a fact; it is no failure if there is none.
   *
   * @param mesh the mesh's id
   * @param kind the kind
   * @param key the key
   * @param outcome told as in {@link #put}
   */
  void remove(String mesh, String kind, String key, Consumer<Saved> outcome);
}
