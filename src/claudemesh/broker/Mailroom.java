package claudemesh.broker;

import claudemesh.broker.Metrics.Counter;
import claudemesh.json.Log;
import claudemesh.protocol.ClientMessage.ClientAck;
import claudemesh.store.Claim;
import claudemesh.store.MailboxStore;
import claudemesh.store.StoredMessage;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Hands mail from mailboxes to the live presences that listen to them. Guarded by the room's lock,
 * so that the order of claims is the order of pushes: first in, first out for each mailbox.
 *
 * <p>No more is handed on than the window holds; the rest follows as receivers acknowledge. So a
 * receiver that is slow, or away, costs the store and never the sender or the others.
 */
final class Mailroom {

  // Two mailboxes to a connection: together half of what it may queue (8 MiB, 10 000 frames).
  private static final int WINDOW = 1_000;
  private static final long WINDOW_CHARS = 2L << 20;

  private final MailboxStore store;
  private final String owner;
  private final Duration lease;
  private final Presences presences;
  private final Metrics metrics;

  Mailroom(BrokerParts parts, Presences presences) {
    this.store = parts.store();
    this.owner = parts.brokerId();
    this.lease = parts.options().lease();
    this.metrics = parts.metrics();
    this.presences = presences;
  }

  /**
   * A presence has gone live: it gets what others of its mailboxes have under way, then the rest.
   */
  void opened(Presence presence) {
    for (String mailbox : presence.mailboxes) {
      try {
        store.held(mailbox, owner).forEach(message -> push(message, presence));
      } catch (IllegalStateException e) {
        notRead(mailbox, e);
      }
      deliver(mailbox);
    }
  }

  // Whoever comes is on the mesh all the same; the store has said what is wrong with its file.
  private static void notRead(String mailbox, IllegalStateException failure) {
    Log.error("mail_not_read", "mailbox", mailbox, "error", failure);
  }

  /** A presence is live no more: what nobody else has under way waits again. */
  void closed(Presence presence) {
    for (String mailbox : presence.mailboxes) {
      if (presences.listeners(mailbox).isEmpty()) {
        store.release(mailbox, owner);
      }
    }
  }

  /** Hands on what waits, as far as somebody wants it and the window allows. */
  void deliver(String mailbox) {
    Set<Presence> listeners = presences.listeners(mailbox);
    if (listeners.isEmpty()) {
      return;
    }
    int wanted = 0;
    for (Presence listener : listeners) {
      wanted = Math.max(wanted, listener.wants());
    }
    Claim claim = new Claim(mailbox, owner, lease, wanted, WINDOW, WINDOW_CHARS);
    for (StoredMessage message : claimed(claim)) {
      for (Presence listener : listeners) {
        push(message, listener);
      }
    }
  }

  private List<StoredMessage> claimed(Claim claim) {
    try {
      return store.claim(claim);
    } catch (IllegalStateException e) {
      notRead(claim.mailbox(), e);
      return List.of();
    }
  }

  private static void push(StoredMessage message, Presence presence) {
    if (message.urgency() <= presence.wants()) {
      presence.send(message.payload());
    }
  }

  /** A receiver has a message safe: it is settled, and the window moves on. */
  void acknowledged(Presence presence, ClientAck ack) {
    for (String mailbox : presence.mailboxes) {
      if (settle(mailbox, ack)) {
        metrics.add(Counter.DELIVERED);
        deliver(mailbox);
      }
    }
  }

  private boolean settle(String mailbox, ClientAck ack) {
    if (ack.brokerMessageId().isPresent()) {
      return store.settle(mailbox, ack.brokerMessageId().get());
    }
    return ack.clientMessageId().isPresent()
        && store.settleByClientId(mailbox, ack.clientMessageId().get());
  }
}
