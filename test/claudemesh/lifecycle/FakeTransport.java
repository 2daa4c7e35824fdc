package claudemesh.lifecycle;

import claudemesh.time.Deadline;
import java.util.ArrayList;
import java.util.List;

/**
 * A transport that plays scripted attempts one after another. It holds I5 (no connection while
 * another lives) and I13 (none after closed) at every call, and asks for the end when its script is
 * over.
 */
final class FakeTransport implements Transport {

  private final Scene scene;
  private final List<FakeConnection> script = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();

  FakeTransport(Scene scene) {
    this.scene = scene;
  }

  FakeConnection add() {
    FakeConnection attempt = new FakeConnection(scene.time);
    script.add(attempt);
    return attempt;
  }

  /** The attempts of the script that were made, as they were asked for. */
  List<Request> requests() {
    return List.copyOf(requests);
  }

  @Override
  public Connection connect(Request request, Deadline deadline)
      throws ConnectException, InterruptedException {
    if (scene.lifecycle().status() == WsStatus.CLOSED) {
      throw new AssertionError("connects after it was closed (I13)");
    }
    requireNoneAlive();
    if (requests.size() == script.size()) {
      scene.close();
      FakeTime.requireNotInterrupted();
      throw new AssertionError("close() did not reach the connect that waits");
    }
    FakeConnection attempt = script.get(requests.size());
    requests.add(request);
    return attempt.connect(deadline);
  }

  /** Everything that was connected has been cut (I5, I8). */
  void requireNoneAlive() {
    for (int i = 0; i < requests.size(); i++) {
      FakeConnection attempt = script.get(i);
      if (attempt.wasConnected() && attempt.abortedAt().isEmpty()) {
        throw new AssertionError("the connection of attempt " + (i + 1) + " is still alive (I5)");
      }
    }
  }
}
