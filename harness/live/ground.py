"""A cluster that is watched: connections, what they said, and whether all has come to rest.

A client named `probe` on every node tells when the cluster has settled: each running node's latest nodelist is its
partition's membership, and then nothing for a while.
"""

import selectors
import sys
import time

from . import processes
from .cluster import Cluster

QUIET_S = 0.8
SETTLE_TIMEOUT_S = 30.0
REPLY_TIMEOUT_S = 20.0
START_TIMEOUT_S = 10.0
PROBE = "probe"
PROBE_FLAGS = 2
LOG_LINES = 8


class Ground:
    """One cluster with a probe at each node. What runs on it derives from it."""

    def __init__(self, name: str, cluster: Cluster):
        """`name` stands before complaints. Close it, or use it in a `with`; it closes `cluster`."""
        self.name = name
        self.cluster = cluster
        self.events = []
        self.step = 0
        self.clients = {}
        self.rings = {}
        self.ring_ids = {}
        self.syncing = set()
        self.restless = set()  # nodes that form a ring again and again: their clients are never quiet
        self.last_event = 0.0
        self.complaints = []
        self.late_s = 0.0  # by so much waiting took longer than it was to, at worst
        self.selector = selectors.DefaultSelector()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Take clients and cluster down."""
        for client in self.clients.values():
            client.close(self.selector)
        self.clients = {}
        self.cluster.close()
        self.selector.close()

    # Clients

    def _boot(self, nodeid):
        self.cluster.start(nodeid)
        self.rings.pop(nodeid, None)
        self._connect(nodeid, PROBE, int(START_TIMEOUT_S * 1000))
        self.clients[nodeid, PROBE].send(f"track 0 {PROBE_FLAGS}")

    def _connect(self, nodeid, name, wait_ms=0):
        self._keep(nodeid, name, self.cluster.connect(nodeid, wait_ms))

    def _keep(self, nodeid, name, client):
        if (nodeid, name) in self.clients:  # of a daemon that was here a moment ago
            self.clients.pop((nodeid, name)).close(self.selector)
        self.clients[nodeid, name] = client
        client.register(self.selector, (nodeid, name))

    def _await(self, nodeid, name, what):
        """Wait for the reply `what`; False when the client ended instead or nothing came."""
        seen = len(self.events)
        deadline = time.monotonic() + REPLY_TIMEOUT_S
        while time.monotonic() < deadline:
            for event in self.events[seen:]:
                if event.get("ret") == what and (event["node"], event.get("client")) == (nodeid, name):
                    return (nodeid, name) in self.clients
            if (nodeid, name) not in self.clients:
                return False
            seen = len(self.events)
            self._pump(0.05)
        self._complain(f"no reply to {what} from {name}@{nodeid}")
        return False

    # Events

    def _emit(self, event):
        if "cb" not in event or event["node"] not in self.restless:
            self.last_event = time.monotonic()
        self.events.append(event)

    def _pump(self, timeout_s):
        """Take in what clients printed and daemons that died, waiting for at most this long. Raises SystemExit after a signal."""
        processes.check_ended()
        begin = time.monotonic()
        ready = self.selector.select(timeout_s)
        self.late_s = max(self.late_s, time.monotonic() - begin - timeout_s)
        for key, _ in ready:
            self._take(*key.data)
        for nodeid, status in self.cluster.dead():
            self._bury(nodeid, status)

    def _take(self, nodeid, name):
        client = self.clients.get((nodeid, name))
        if not client:
            return
        for said in client.read():
            self._emit({"step": self.step, "node": nodeid, "client": name, **said})
            if name == PROBE and said.get("cb") == "nodelist":
                self.rings[nodeid] = said["nodes"]
                self.ring_ids[nodeid] = said["ring"]
                self.syncing.add(nodeid)
            elif name == PROBE and said.get("cb") == "quorum":
                self.syncing.discard(nodeid)
        if client.ended:
            client.close(self.selector)
            del self.clients[nodeid, name]

    def _bury(self, nodeid, status):
        if nodeid not in self.rings and (nodeid, PROBE) in self.clients:
            # It would go on trying to connect.
            self.clients.pop((nodeid, PROBE)).close(self.selector)
        log = [message(line) for line in self.cluster.nodes[nodeid].log().splitlines()]
        self._emit({"step": self.step, "node": nodeid, "died": status, "log": log[-LOG_LINES:]})

    def _pump_for(self, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._pump(min(left, 0.05))

    def _settled(self):
        """Is every node on the ring to which it comes? One that forms it again and again must have been told all of it."""
        for nodeid in self.cluster.running():
            if self.cluster.nodes[nodeid].paused:
                continue
            members, again = self.cluster.settled_ring(nodeid, self.rings.get(nodeid))
            if members is not None and (sorted(self.rings.get(nodeid, [])) != members or (again and nodeid in self.syncing)):
                return False
        return True

    def _again(self):
        """The nodes that form a ring again and again."""
        return {nodeid for nodeid in self.cluster.running() if self.cluster.settled_ring(nodeid, self.rings.get(nodeid))[1]}

    def _settle(self, quiet_s=QUIET_S, timeout_s=SETTLE_TIMEOUT_S):
        begin = self.last_event = time.monotonic()
        self.restless = self._again()
        while time.monotonic() - begin < timeout_s:
            self._pump(0.05)
            if time.monotonic() - self.last_event >= quiet_s and self._settled():
                return
        self._complain("did not settle")

    def _complain(self, text):
        self.complaints.append({"step": self.step, "complaint": text})
        print(f"{self.name}: step {self.step}: {text}", file=sys.stderr)


def message(line: str) -> str:
    """A log line without its time, host and process: its level, subsystem and text."""
    return " ".join((line.partition(" corosync ")[2] or line).split())
