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
from autobahntestsuite.fuzzing import FuzzingClientFactory, FuzzingFactory, FuzzingProtocol
from autobahntestsuite.fuzzing import FuzzingServerFactory

# Cases of group 9 wait so many seconds or more for megabytes that the suite itself writes, masks
# and checks byte by byte. Its authors had CPython in mind: under Jython beside other work it needs
# up to 9 of the 10 s of 9.2.4 and 70 of the 100 s of 9.1.6, whoever is at the other end. Cases that
# wait a second or two for nothing to happen are left as they are.
LONG = 10
TIMES = 10

close_after = FuzzingProtocol.closeAfter


def close_patiently(self, delay):
    close_after(self, delay * TIMES if delay >= LONG else delay)


FuzzingProtocol.closeAfter = close_patiently

log_case = FuzzingFactory.logCase


# A case whose end the suite did not notice is run once more. What it later finds out about the
# first connection must not stand in for the second.
def log_latest_case(self, results):
    before = self.agents.get(results['agent'], {}).get(results['id'])
    if before is None or before['started'] <= results['started']:
        log_case(self, results)


FuzzingFactory.logCase = log_latest_case


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
