#!/bin/sh
# Puts every known defect of the lifecycle back, one at a time, and sees the tests catch it.
#
#   JAVA_HOME=... BUILD=build test/mutants/run.sh [L05 L18b ...]
#
# Needs what `make` compiles (classes and test-classes in BUILD); `make mutants` is the way to call it.
set -eu
cd "$(dirname "$0")/../.."
exec "${JAVA_HOME:?}/bin/java" test/mutants/Mutants.java "$@"
