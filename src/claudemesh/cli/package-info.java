/**
 * The command line: arguments, verbs, and rendering for people and for pipes. Standard output is
 * data, standard error is diagnostics, and nothing but {@link claudemesh.cli.Cli#main} ends the
 * process.
 */
package claudemesh.cli;
