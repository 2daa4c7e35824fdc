# Runs one side of the Autobahn|Testsuite, under Jython:
#
#   wstest.py client SPEC   runs its cases against the servers that SPEC names, and ends
#   wstest.py server SPEC   prints "PORT number" and serves its cases, until standard input ends
#
# The suite's own main listens on every address and on a port it must be told; this one listens on
# loopback, on a port that the system chooses, and goes when whoever started it goes.

import json
import os
import sys
import threading

from autobahntestsuite import choosereactor  # first: it decides which reactor the next line gets
from twisted.internet import reactor
from autobahntestsuite.fuzzing import FuzzingClientFactory, FuzzingServerFactory


def leave_with_parent():
    sys.stdin.read()
    os._exit(0)


watch = threading.Thread(target=leave_with_parent)
watch.setDaemon(True)
watch.start()

with open(sys.argv[2]) as spec_file:
    spec = json.load(spec_file)
if sys.argv[1] == 'client':
    FuzzingClientFactory(spec)
else:
    factory = FuzzingServerFactory(spec)
    listener = reactor.listenTCP(0, factory, 50, '127.0.0.1')
    # Hosts in requests are checked against these.
    factory.port = factory.externalPort = listener.getHost().port
    print 'PORT %d' % factory.port
    sys.stdout.flush()
reactor.run()
