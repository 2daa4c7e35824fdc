package claudemesh.cli;

import claudemesh.cli.Moments.Moment;
import claudemesh.json.Log;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The terminal while a view is drawn on it: its screen, its size, its keys.
 *
 * <pre>
 *   q, end of input ─► QUIT                Ctrl-C, SIGTERM ─► the verb's thread is interrupted
 *   SIGWINCH, Ctrl-L ─► RESIZED            Ctrl-Z ─► all is put back, then the process stops;
 *                                                    on SIGCONT all is taken again
 * </pre>
 *
 * <p>Keys come without Enter and are not echoed; what was changed for that is put back at the end,
 * however the verb ends. Keys are only read where standard input is a terminal.
 */
final class LiveTerminal implements AutoCloseable {

  private static final int REDRAW = 'L' - '@';

  private final Call call;
  private final Moments moments;
  private final Screen screen;
  private final Optional<String> modes;
  private final boolean hearsResizes;
  private final ReentrantLock sizing = new ReentrantLock();
  private volatile Terminal.Size size;
  private volatile boolean closed;

  private LiveTerminal(Call call, Moments moments) {
    this.call = call;
    this.moments = moments;
    this.screen = new Screen(call.streams().out());
    this.modes = call.streams().inIsTerminal() ? Terminal.stty("-g") : Optional.empty();
    this.size = Terminal.size(call.environment());
    this.hearsResizes = Signals.on("WINCH", this::resized);
    Signals.on("TSTP", this::stop);
    Signals.on("CONT", this::goOn);
  }

  /** Takes the terminal of a call; what happens to it is told. */
  static LiveTerminal open(Call call, Moments moments) throws BrokenPipeException {
    LiveTerminal terminal = new LiveTerminal(call, moments);
    terminal.take();
    if (terminal.modes.isPresent()) {
      Thread.ofPlatform().daemon().name("keys").start(terminal::readKeys);
    }
    return terminal;
  }

  /** How large it is now. */
  Terminal.Size size() {
    if (!hearsResizes) {
      resized();
    }
    return size;
  }

  Screen screen() {
    return screen;
  }

  /** Whether keys are read. */
  boolean hasKeys() {
    return modes.isPresent();
  }

  private void take() throws BrokenPipeException {
    if (modes.isPresent()) {
      Terminal.stty("-icanon", "-echo", "min", "1");
    }
    screen.enter();
  }

  private void giveBack() {
    try {
      screen.leave();
    } catch (BrokenPipeException e) {
      Log.debug("terminal_gone", "why", e.getMessage());
    }
    modes.ifPresent(Terminal::stty);
  }

  // Each signal has a thread: what the last one finds out must be what stays.
  private void resized() {
    sizing.lock();
    try {
      Terminal.Size now = Terminal.size(call.environment());
      if (!now.equals(size)) {
        size = now;
        screen.forget();
        moments.tell(Moment.RESIZED);
      }
    } finally {
      sizing.unlock();
    }
  }

  private void stop() {
    if (!closed) {
      giveBack();
      Signals.send("STOP", ProcessHandle.current().pid());
    }
  }

  private void goOn() {
    if (closed) {
      return;
    }
    try {
      take();
    } catch (BrokenPipeException e) {
      Log.debug("terminal_gone", "why", e.getMessage());
      moments.tell(Moment.QUIT);
    }
    resized();
    moments.tell(Moment.RESIZED);
  }

  private void readKeys() {
    InputStream in = call.streams().in();
    try {
      int key = in.read();
      while (key >= 0 && key != 'q' && key != 'Q') {
        if (key == REDRAW) {
          screen.forget();
          moments.tell(Moment.RESIZED);
        }
        key = in.read();
      }
    } catch (IOException e) {
      Log.debug("terminal_gone", "why", String.valueOf(e.getMessage()));
    }
    moments.tell(Moment.QUIT);
  }

  /** Puts all back as it was. */
  @Override
  public void close() {
    closed = true;
    giveBack();
  }
}
