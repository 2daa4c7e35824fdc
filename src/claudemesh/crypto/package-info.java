/**
 * Keys, signatures, sealed messages and secret files, as protocol.md §2 asks for them.
 *
 * <p>Everything here takes and gives text: keys and signatures are lowercase hex, nonces and
 * ciphertexts standard base64 with padding. The package knows neither sockets nor messages, and no
 * other package of this project.
 */
package claudemesh.crypto;
