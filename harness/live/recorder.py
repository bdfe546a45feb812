"""Runs one case on a real cluster and says what its clients saw.

Cases and events are those of harness/truth/README.md.
"""

import struct

from .cluster import TRACKING_FILE, Cluster, Configuration
from .ground import Ground
from .network import NetworkError

AFTERMATH_S = 0.03


class CaseError(ValueError):
    """A case that cannot be run as written."""


def node_list(nodes) -> list[dict]:
    """A case's `nodes` (a number, or a list of {id, votes}) as a list."""
    return [{"id": number} for number in range(1, nodes + 1)] if isinstance(nodes, int) else list(nodes)


class Recorder(Ground):
    """One case on one cluster of its own."""

    def __init__(self, case: dict, debug: bool = False):
        """Make the cluster for `case`. Raises CaseError, NetworkError. Close it, or use it in a `with`."""
        self.case = case
        nodes = node_list(case["nodes"])
        self.configuration = Configuration(nodes, case["quorum"], debug=debug)
        ids = [node["id"] for node in nodes]
        for step in case["steps"]:
            if step[0] == "nodes":
                ids += [node["id"] for node in node_list(step[1]) if node["id"] not in ids]
        super().__init__(case["name"], Cluster(ids, self.configuration))

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
        self.cluster.store(nodeid, bytes.fromhex(value) if isinstance(value, str) else struct.pack("<I", value))

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

    def _command(self, nodeid, name, command, wait):
        if (nodeid, name) not in self.clients:
            self._connect(nodeid, name)
            if not self._await(nodeid, name, "init"):
                return
        self.clients[nodeid, name].send(command)
        if wait:
            self._await(nodeid, name, command.split()[0])
            self._pump_for(AFTERMATH_S)


def record(case: dict, debug: bool = False) -> dict:
    """Run `case`; returns {"case", "events"}, and {"complaints"} when a step did not settle."""
    with Recorder(case, debug) as recorder:
        events = recorder.run()
        result = {"case": case, "events": events}
        if recorder.complaints:
            result["complaints"] = recorder.complaints
        return result
