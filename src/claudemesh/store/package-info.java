/**
 * Mailboxes: messages are appended, claimed with a lease, and settled. Knows neither the network
 * nor the protocol: a mailbox is a name, a message is a text.
 */
package claudemesh.store;
