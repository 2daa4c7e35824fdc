/**
 * The two clients of a mesh, each a lifecycle with bookkeeping: {@link
 * claudemesh.client.DaemonBrokerClient} speaks for a member, {@link
 * claudemesh.client.SessionBrokerClient} for one session. What they share is {@code BrokerLink}.
 * Knows neither the broker's inside nor files.
 */
package claudemesh.client;
