"""Runs one case on a real cluster and says what its clients saw.

Cases and events are those of harness/truth/README.md. A client named `probe` on every node tells when the cluster has
settled: each running node's latest nodelist is its partition's membership, and then nothing for a while.
"""

import selectors
import struct
import sys
import time

from .cluster import TRACKING_FILE, Cluster, Configuration
from .network import NetworkError

QUIET_S = 0.8
SETTLE_TIMEOUT_S = 30.0
REPLY_TIMEOUT_S = 20.0
START_TIMEOUT_S = 10.0
AFTERMATH_S = 0.03
PROBE = "probe"
PROBE_FLAGS = 2
LOG_LINES = 8


class CaseError(ValueError):
    """A case that cannot be run as written."""


def node_list(nodes) -> list[dict]:
    """A case's `nodes` (a number, or a list of {id, votes}) as a list."""
    return [{"id": number} for number in range(1, nodes + 1)] if isinstance(nodes, int) else list(nodes)


class Recorder:
    """One case on one cluster of its own."""

    def __init__(self, case: dict, debug: bool = False):
        """Make the cluster for `case`. Raises CaseError, NetworkError. Close it, or use it in a `with`."""
        self.case = case
        self.events = []
        self.step = 0
        self.clients = {}
        self.rings = {}
        self.last_event = 0.0
        self.complaints = []
        self.selector = selectors.DefaultSelector()
        nodes = node_list(case["nodes"])
        self.configuration = Configuration(nodes, case["quorum"], debug=debug)
        ids = [node["id"] for node in nodes]
        for step in case["steps"]:
            if step[0] == "nodes":
                ids += [node["id"] for node in node_list(step[1]) if node["id"] not in ids]
        self.cluster = Cluster(ids, self.configuration)

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

    def run(self) -> list[dict]:
        """Run all steps; returns the events. Raises CaseError on a step that is not known or not possible."""
        for self.step, step in enumerate(self.case["steps"]):
            self._step(step)
        return self.events

    # Steps

    def _step(self, step: list, settle: bool = True) -> None:
        verb, arguments = step[0], step[1:]
        if verb == "quick":
            self._step(arguments[0], settle=False)
            return
        method = getattr(self, "_do_" + verb, None)
        if not method:
            raise CaseError(f"step {self.step}: unknown verb {verb}")
        method(*arguments, settle=settle)

    def _do_start(self, *ids, settle):
        for nodeid in ids:
            self._boot(nodeid)
            if settle:
                self._settle()

    def _do_startall(self, *ids, settle):
        for nodeid in ids:
            self._boot(nodeid)
        if settle:
            self._settle()

    def _do_stop(self, *ids, settle):
        for nodeid in ids:
            self.cluster.stop(nodeid)
        if settle:
            self._settle()

    def _do_crash(self, *ids, settle):
        for nodeid in ids:
            self.cluster.crash(nodeid)
        if settle:
            self._settle()

    def _do_split(self, *groups, settle):
        self.cluster.partition(list(groups))
        if settle:
            self._settle()

    def _do_heal(self, *, settle):
        self.cluster.heal()
        if settle:
            self._settle()

    def _do_pause(self, nodeid, milliseconds=None, *, settle):
        self.cluster.pause(nodeid)
        if milliseconds is not None:
            self._pump_for(milliseconds / 1000)
            self.cluster.resume(nodeid)
        if settle:
            self._settle()

    def _do_resume(self, nodeid, *, settle):
        self.cluster.resume(nodeid)
        if settle:
            self._settle()

    def _do_wait(self, milliseconds, *, settle):
        self._pump_for(milliseconds / 1000)

    def _do_votes(self, nodeid, votes, *, settle):
        self.configuration.nodes = [{**node, "votes": votes} if node["id"] == nodeid else node
                                    for node in self.configuration.nodes]
        self.cluster.configure(self.configuration)

    def _do_conf(self, lines, *ids, settle):
        self.configuration.quorum = list(lines)
        self.cluster.configure(self.configuration, list(ids) or None)

    def _do_nodes(self, nodes, *, settle):
        self.configuration.nodes = node_list(nodes)
        self.cluster.configure(self.configuration)

    def _do_reload(self, nodeid, *, settle):
        for line in self.cluster.reload(nodeid).splitlines():
            if "error" in line.lower():
                self._emit({"step": self.step, "node": nodeid, "reload": line})
        if settle:
            self._settle()

    def _do_cmap(self, nodeid, key, kind, value, *, settle):
        try:
            self.cluster.set_key(nodeid, key, kind, value)
        except NetworkError as error:
            self._emit({"step": self.step, "node": nodeid, "cmap": str(error).rpartition(". ")[2]})
        if settle:
            self._settle()

    def _do_store(self, nodeid, value, *, settle):
        with open(self.cluster.nodes[nodeid].path(TRACKING_FILE), "wb") as file:
            file.write(bytes.fromhex(value) if isinstance(value, str) else struct.pack("<I", value))

    def _do_stored(self, nodeid, *, settle):
        try:
            with open(self.cluster.nodes[nodeid].path(TRACKING_FILE), "rb") as file:
                content = file.read()
        except FileNotFoundError:
            content = None
        if content is not None:
            content = struct.unpack("<I", content)[0] if len(content) == 4 else content.hex()
        self._emit({"step": self.step, "node": nodeid, "stored": content})

    def _do_track(self, nodeid, name, context, flags, *, settle):
        self._command(nodeid, name, f"track {context} {flags}", settle)

    def _do_cmd(self, nodeid, name, command, *, settle):
        self._command(nodeid, name, command, settle)

    # Clients

    def _boot(self, nodeid):
        self.cluster.start(nodeid)
        self.rings.pop(nodeid, None)
        self._connect(nodeid, PROBE, int(START_TIMEOUT_S * 1000))
        self.clients[nodeid, PROBE].send(f"track 0 {PROBE_FLAGS}")

    def _connect(self, nodeid, name, wait_ms=0):
        client = self.cluster.connect(nodeid, wait_ms)
        self.clients[nodeid, name] = client
        client.register(self.selector, (nodeid, name))

    def _command(self, nodeid, name, command, wait):
        if (nodeid, name) not in self.clients:
            self._connect(nodeid, name)
            if not self._await(nodeid, name, "init"):
                return
        self.clients[nodeid, name].send(command)
        if wait:
            self._await(nodeid, name, command.split()[0])
            self._pump_for(AFTERMATH_S)

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
        self.last_event = time.monotonic()
        self.events.append(event)

    def _pump(self, timeout_s):
        """Take in what clients printed and daemons that died, waiting for at most this long."""
        for key, _ in self.selector.select(timeout_s):
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
        return all(sorted(self.rings.get(nodeid, [])) == self.cluster.reachable(nodeid)
                   for nodeid in self.cluster.running() if not self.cluster.nodes[nodeid].paused)

    def _settle(self):
        begin = self.last_event = time.monotonic()
        while time.monotonic() - begin < SETTLE_TIMEOUT_S:
            self._pump(0.05)
            if time.monotonic() - self.last_event >= QUIET_S and self._settled():
                return
        self._complain("did not settle")

    def _complain(self, text):
        self.complaints.append({"step": self.step, "complaint": text})
        print(f"{self.case['name']}: step {self.step} {self.case['steps'][self.step]}: {text}", file=sys.stderr)


def message(line: str) -> str:
    """A log line without its time, host and process: its level, subsystem and text."""
    return " ".join((line.partition(" corosync ")[2] or line).split())


def record(case: dict, debug: bool = False) -> dict:
    """Run `case`; returns {"case", "events"}, and {"complaints"} when a step did not settle."""
    with Recorder(case, debug) as recorder:
        events = recorder.run()
        result = {"case": case, "events": events}
        if recorder.complaints:
            result["complaints"] = recorder.complaints
        return result
