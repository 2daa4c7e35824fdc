/**
 * A WebSocket that keeps itself connected: {@link claudemesh.lifecycle.WsLifecycle}, its loop
 * ({@code WsLoop}), its options, its endings, and the {@link claudemesh.lifecycle.Transport} it
 * runs on. Knows neither which hello is sent nor which messages flow.
 */
package claudemesh.lifecycle;
