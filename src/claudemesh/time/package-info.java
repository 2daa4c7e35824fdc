/**
 * Deadlines, backoff, and the clock and sleeper that tests replace. Knows neither sockets nor JSON.
 */
package claudemesh.time;
