"""Plays one expanded scenario on a real cluster and says what its clients saw, in the form of the trace.

usage: votesim check --json SCENARIO | python3 -m harness.live.player      (each scenario's trace)

A scenario is what `votesim check --json` prints on a line; nothing else of the simulator is known here. Steps begin
as the language has it: when the cluster has settled, or at the moment they name. A client is a process that goes
on when its daemon is gone and connects anew at its next call.
"""

import json
import re
import signal
import struct
import sys
import time

from . import cuts, ground, processes
from .cluster import Build, Cluster, Configuration
from .ground import PROBE, Ground
from .network import NetworkError

NODES_MAX = 32
CALL_QUIET_S = 0.25     # after a library call, that long without a word means rest
QUIET_S = 0.5           # after what happens to machines and networks
DEVICE_QUIET_S = 1.0    # after a device's call: a sync that it holds asks it again and again, at times of its own
SETTLE_TIMEOUT_S = 60.0
NO_ANSWER_S = 0.3       # a call that may have to wait gets this long before the script goes on
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
DEFAULT_LATENCY_NS = 100000
CALLBACKS = {"nodelist": 1, "quorum": 2, "expected_votes": 4}
WAITING_DISPATCH = (1, 3)
OK, LIBRARY = 1, 2

# Library function -> (command of client.c, its arguments from the step). NAME and so on may hold any byte.
COMMANDS = {
    "finalize": ("fini", []),
    "dispatch": ("dispatch", ["type"]),
    "fd_get": ("fdget", []),
    "context_get": ("ctxget", []),
    "context_set": ("ctxset", ["context"]),
    "getinfo": ("getinfo", ["of"]),
    "setexpected": ("setexpected", ["votes"]),
    "setvotes": ("setvotes", ["of", "votes"]),
    "trackstart": ("track", ["context", "flags"]),
    "trackstop": ("stop", []),
    "qdevice_register": ("qreg", ["name"]),
    "qdevice_unregister": ("qunreg", ["name"]),
    "qdevice_update": ("qupdate", ["name", "new_name"]),
    "qdevice_poll": ("qpollat", ["name", "cast_vote"]),
    "qdevice_master_wins": ("qmaster", ["name", "allow"]),
}
# What a client does inside its callbacks, and the errors of the transport, as client.c takes them (corotypes.h).
INSIDE = {"none": "none", "getinfo": "getinfo", "qdevice_poll": "qpoll", "finalize": "fini", "trackstop": "stop"}
FAULTS = {"TRY_AGAIN": 6, "INTERRUPT": 16, "NO_MEMORY": 8, "ACCESS": 11, "LIBRARY": 2, "NOT_SUPPORTED": 19, "MESSAGE_ERROR": 22,
          "INVALID_PARAM": 7, "BAD_HANDLE": 9, "NOT_EXIST": 12, "EXIST": 14}
CHANGES_OF_MEMBERS = ("start", "stop", "crash", "pause", "resume", "partition")
SILENT = ("manual", "fault")  # commands of client.c whose answers are not the library's
REPLIES = {"qpoll": "qdevice_poll", "init": "initialize", **{command: call for call, (command, _) in COMMANDS.items()}}
CALLS = {"initialize", "fault", *COMMANDS}
INFO = {"of": "node_id", "state": "node_state", "votes": "node_votes", "expected": "node_expected_votes",
        "highest": "highest_expected", "total": "total_votes", "quorum": "quorum", "flags": "flags",
        "qdevice_votes": "qdevice_votes", "qdevice_name": "qdevice_name"}


def why_not(scenario: dict) -> str | None:
    """Why real daemons cannot play this scenario; None when they can."""
    cluster, network, steps = scenario["cluster"], scenario["network"], scenario["steps"]
    configs = [node["config"] for node in cluster["nodes"] if node["config"]]
    if len(cluster["nodes"]) > NODES_MAX:
        return f"{len(cluster['nodes'])} nodes: more than {NODES_MAX} daemons are too many for this machine"
    if cluster["quirks_off"]:
        return "quirks are off: daemons have them all"
    if any(step["verb"] == "fault" and step["error"] not in FAULTS for step in steps):
        return "a full queue to the ring: it lies inside the daemon, and its library says OK"
    if any(step["verb"] == "inject" for step in steps):
        return "messages that no daemon sends"
    if cuts_unforeseen(scenario):
        return "directions cut so that totem does something else each time, and the simulator divides (CONFORMANCE.md, 1)"
    if begins_anew_while_waiting(scenario):
        return "a second handle of a client while a dispatch waits on its first: the simulator's clients have one (FINDINGS.md, 54)"
    if not all(config["nodelist"] for config in configs):
        return "corosync 3 does not start without a nodelist (No valid name found for local host)"
    return None


def begins_anew_while_waiting(scenario: dict) -> bool:
    """Does a client initialize after finalize while its dispatch may still wait: nothing that would be told, nor a daemon's end, came between?"""
    waiting, finalized = set(), set()
    for step in scenario["steps"]:
        client = (step.get("node"), step.get("client"))
        if step["verb"] == "dispatch" and step["type"] in WAITING_DISPATCH and "reply" not in step.get("expect", {}):
            waiting.add(client)
        elif step["verb"] == "finalize" and client in waiting:
            finalized.add(client)
        elif step["verb"] == "initialize" and client in finalized:
            return True
        elif step["verb"] in CHANGES_OF_MEMBERS + ("heal",):
            waiting, finalized = set(), set()
    return False


def cuts_of(step: dict) -> bool | None:
    """Does this step cut a direction (True), mend one (False), or neither (None)?"""
    if step["verb"] != "link" or not {"up", "loss_ppm"} & step.keys():
        return None
    return not step.get("up", True) or step.get("loss_ppm") == 1000000


def cuts_unforeseen(scenario: dict) -> bool:
    """Is it cut, at any moment, so that nobody can tell what totem makes of it? A change of members during a cut counts,
    also one that was not over when it began."""
    members, cut, changing = [node["nodeid"] for node in scenario["cluster"]["nodes"]], set(), False
    for step in scenario["steps"]:
        changing = changing and not step["settle"]
        if cuts_of(step) is not None:
            (cut.add if cuts_of(step) else cut.discard)((step["from"], step["to"]))
        elif step["verb"] == "heal":
            cut.clear()
        changing = changing or step["verb"] in CHANGES_OF_MEMBERS
        if cut and (cuts.unforeseen(members, cut) or changing):
            return True
    return False


def quorum_lines(section: dict) -> list[str]:
    """A quorum section as corosync.conf has it, without provider."""
    lines = []
    for key, value in section.items():
        if isinstance(value, dict):
            lines += [key + " {", *("  " + line for line in quorum_lines(value)), "}"]
        else:
            lines.append(f"{key}: {value}")
    return lines


def totem_lines(totem: dict) -> list[str]:
    """What the totem section says beside token; defaults are left to corosync."""
    lines = [] if totem["token_coefficient_ms"] == 650 else [f"token_coefficient: {totem['token_coefficient_ms']}"]
    lines += [f"consensus: {totem['consensus_ms']}"] if totem["consensus_ms"] else []
    lines += [] if totem["join_ms"] == 50 else [f"join: {totem['join_ms']}"]
    lines += [] if totem["merge_ms"] == 200 else [f"merge: {totem['merge_ms']}"]
    return lines


def configuration(config: dict, totem: dict) -> Configuration:
    """A node's corosync.conf."""
    nodes = [{"id": node["nodeid"], "votes": node["quorum_votes"]} for node in config["nodelist"]]
    return Configuration(nodes, quorum_lines(config["quorum"]), token_ms=totem["token_ms"], totem=totem_lines(totem))


def word(value) -> str:
    """An argument of a command of client.c."""
    return "hex:" + value.encode("latin-1", "replace").hex() if isinstance(value, str) else str(value)


class Player(Ground):
    """One scenario on one cluster of its own."""

    def __init__(self, scenario: dict, build: str = "corosync", speed: float = 1.0, clocks: dict | None = None):
        """Make the cluster. `build`: the daemon, see cluster.Build. `speed`: how much faster than the wall its clocks run, and with them
        the scenario's times. `clocks`: by node id, libfaketime's FAKETIME for that daemon. Raises NetworkError."""
        self.scenario = scenario
        self.speed = speed
        self.totem = scenario["totem"]
        self.told = {(client["node"], client["client"]): client for client in scenario["clients"]}
        self.phases = {}
        self.began = []
        self.done = []
        self.quiet_s = CALL_QUIET_S
        self.connection_fault = {}
        environment = {"LD_PRELOAD": FAKETIME, "FAKETIME": f"+0 x{speed:g}", "FAKETIME_DONT_RESET": "1"} if speed != 1 else {}
        nodes = scenario["cluster"]["nodes"]
        first = configuration(nodes[0]["config"] or next(n["config"] for n in nodes if n["config"]), self.totem)
        super().__init__(scenario["scenario"], Cluster([node["nodeid"] for node in nodes], first, Build(build), environment, self._wire()))
        for nodeid, clock in (clocks or {}).items():
            self.cluster.nodes[nodeid].environment = {"LD_PRELOAD": FAKETIME, "FAKETIME": clock, "DONT_FAKE_MONOTONIC": "1"}
        self._files({str(node["nodeid"]): node["config"] for node in nodes})
        for node in nodes:
            if "stored_expected_votes" in node:
                self.cluster.store(node["nodeid"], struct.pack("<I", node["stored_expected_votes"]))

    def play(self) -> dict:
        """Run all steps: {"lines": in the form of the trace, "began", "done": when each step did, and when it had been
        acted on, in ns since the first, "late_ms": of the wall's, how late the machine was at worst, "complaints": what did not
        come to rest or answer, "died": daemons that ended by themselves and were not refused}. Raises SystemExit after a signal."""
        start = time.monotonic()
        for number, step in enumerate(self.scenario["steps"]):
            self._until_begin(step, start)
            self.step = number
            self.began.append(round((time.monotonic() - start) * self.speed * 1e9))
            self._act(step)
            self.done.append(round((time.monotonic() - start) * self.speed * 1e9))
        self._rest()
        return {"lines": self._lines(), "began": self.began, "done": self.done, "late_ms": round(self.lateness() * 1000), "complaints": self.complaints,
                "died": [event for event in self.events if "died" in event and refusal(event) is None]}

    # The network

    def _wire(self) -> dict | None:
        """How every path is, where bridges would not do; None where they do: the machine's own latency is the default's."""
        network = self.scenario["network"]
        slow = network["latency_ns"] != DEFAULT_LATENCY_NS
        if not slow and not network["jitter_ns"] and not network["loss_ppm"] and all(step["verb"] != "link" for step in self.scenario["steps"]):
            return None
        return {"latency_us": self._wall_us(network["latency_ns"]) if slow else 0, "jitter_us": self._wall_us(network["jitter_ns"]),
                "loss_ppm": network["loss_ppm"]}

    def _wall_us(self, ns):
        return round(ns / 1000 / self.speed)

    # Steps

    def _until_begin(self, step, start):
        """Wait until the step is to begin."""
        if not self.began:
            return
        moment = None
        if "at_ns" in step:
            moment = start + step["at_ns"] / 1e9 / self.speed
        elif "after_ns" in step:
            moment = start + (self.began[-1] + step["after_ns"]) / 1e9 / self.speed
        if moment is not None:
            self._pump_for(moment - time.monotonic())
            self.late_s = max(self.late_s, time.monotonic() - moment)
        if step["settle"]:
            self._rest()

    def _rest(self):
        slowest_s = max((self.told[key]["slow_ns"] / 1e9 / self.speed for key in self.clients if key in self.told), default=0)
        self._settle(slowest_s + self.quiet_s, SETTLE_TIMEOUT_S)
        self.quiet_s = CALL_QUIET_S

    def _act(self, step):
        verb = step["verb"]
        if verb in CALLS:
            self.quiet_s = max(self.quiet_s, DEVICE_QUIET_S if verb.startswith("qdevice") else 0)
            self._call(step)
        elif verb != "expect":
            self.quiet_s = max(self.quiet_s, QUIET_S)
            getattr(self, "_do_" + verb)(step)

    def _do_start(self, step):
        for number, nodeid in enumerate(step["nodes"]):
            if number and not step["together"]:
                self._settle(QUIET_S, SETTLE_TIMEOUT_S)
            if nodeid not in self.cluster.running():
                self._boot(nodeid)

    def _do_stop(self, step, how=signal.SIGTERM):
        self.cluster.end(step["nodes"], how)
        for nodeid in step["nodes"] if step["wipe"] else []:
            self.cluster.wipe(nodeid)

    def _do_crash(self, step):
        self._do_stop(step, signal.SIGKILL)

    def _do_pause(self, step):
        for nodeid in step["nodes"]:
            if nodeid in self.cluster.running():
                self.cluster.pause(nodeid)

    def _do_resume(self, step):
        for nodeid in step["nodes"]:
            if nodeid in self.cluster.running():
                self.cluster.resume(nodeid)

    def _do_partition(self, step):
        self.cluster.partition(step["groups"])

    def _do_heal(self, _step):
        self.cluster.heal()

    def _do_link(self, step):
        changes = {key: step[key] for key in ("up", "loss_ppm") if key in step}
        if "latency_ns" in step:
            changes["latency_us"] = self._wall_us(step["latency_ns"])
        self.cluster.link(step["from"], step["to"], **changes)

    def _do_wait(self, step):
        self._pump_for(step["duration_ns"] / 1e9 / self.speed)

    def _do_cancel_wait_for_all(self, step):
        for nodeid in step["nodes"]:
            if nodeid in self.cluster.running():
                try:
                    self.cluster.set_key(nodeid, "quorum.cancel_wait_for_all", "u8", "1")
                except NetworkError as error:
                    self._complain(str(error))

    def _do_reload(self, step):
        """`corosync-cfgtool -R` makes all nodes of a partition read their files: those that are not to find their old
        ones. The highest node of each partition that stays on its nodelist calls: then they read in ascending order."""
        late = {nodeid: config for nodeid, config in step["configs"].items() if step["on"] and int(nodeid) not in step["on"]}
        self._files({nodeid: config for nodeid, config in step["configs"].items() if nodeid not in late})
        left = [nodeid for nodeid in step["on"]
                if nodeid in self.cluster.running() and not self.cluster.nodes[nodeid].paused and nodeid not in self.cluster.dropped]
        while left:
            together = self.cluster.reachable(left[0]) or [left[0]]
            callers = [nodeid for nodeid in left if nodeid in together]
            staying = [nodeid for nodeid in callers if self.cluster.stays(nodeid)]
            for line in self.cluster.reload(max(staying or callers)).splitlines():
                if "error" in line.lower():
                    self._complain(line)
            self.cluster.drop(together)
            left = [nodeid for nodeid in left if nodeid not in together]
        self._files(late)

    def _files(self, configs):
        for nodeid, config in configs.items():
            if config:
                self.cluster.configure(configuration(config, self.totem), [int(nodeid)])

    # Clients

    def _do_kill(self, step):
        key = step["node"], step["client"]
        if key in self.clients:
            self.clients.pop(key).close(self.selector)
        self.phases.pop(key, None)

    def _call(self, step):
        node, name, verb = step["node"], step["client"], step["verb"]
        key = node, name
        up = node in self.cluster.running()
        paused = self.cluster.nodes[node].paused
        if key not in self.clients:
            told = self.told[key]
            wanted = sum(CALLBACKS[callback] for callback in told["callbacks"])
            self._keep(node, name, self.cluster.run_client(node, "late", str(wanted), str(round(told["slow_ns"] / 1e6 / self.speed)),
                                                           INSIDE[told["in_callback"]]))
            if told["dispatch"] == "manual":
                self._ask(key, "manual 1", 1.0)
        if verb == "fault":
            call = {call: command for command, call in REPLIES.items()}.get(step["call"], "any")
            self._ask(key, f"fault {call} {FAULTS[step['error']]}", 1.0)
            self.connection_fault[key] = call in ("init", "any")
            return
        phase = self.phases.get(key, "fresh")
        if verb == "initialize" or phase == "fresh" or (phase == "gone" and up):
            wait_ms = int(ground.START_TIMEOUT_S * 1000) if up and not self.connection_fault.pop(key, False) else 0
            self._ask(key, f"init {wait_ms} {int(phase == 'gone')}", NO_ANSWER_S if paused else ground.REPLY_TIMEOUT_S)
            if verb == "initialize" or (not paused and self.phases.get(key) != "open"):
                return
        command, names = COMMANDS[verb]
        words = [command, *(word(step[name]) for name in names)]
        if verb == "qdevice_poll":
            nodeid, seq = self.ring_ids.get(node, [0, 0]) if up else [0, 0]
            words += [str(part) for part in (step["ring"] if isinstance(step["ring"], list) else [nodeid, seq - (step["ring"] == "stale")])]
        may_wait = paused or (verb == "dispatch" and step["type"] in WAITING_DISPATCH)
        self._ask(key, " ".join(words), NO_ANSWER_S if may_wait else ground.REPLY_TIMEOUT_S, complain=not may_wait)

    def _ask(self, key, command, timeout_s, complain=True):
        """Send a command and wait for its answer, at most so long."""
        seen, what = len(self.events), command.split()[0]
        self.clients[key].send(command)
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline and key in self.clients:
            self._pump(0.02)
            if any(event.get("ret") == what and (event["node"], event.get("client")) == key for event in self.events[seen:]):
                return
        if complain:
            self._complain(f"no reply to {what} from {key[1]}@{key[0]}")

    def _emit(self, event):
        super()._emit(event)
        key = event["node"], event.get("client")
        if event.get("ret") == "init":
            self.phases[key] = "open" if event["err"] == OK else "fresh"
        elif "ret" in event and event["err"] == LIBRARY and self.phases.get(key) == "open":
            self.phases[key] = "gone"
        elif event.get("ret") == "fini" and event["err"] == OK:
            self.phases[key] = "finalized"

    # What was seen

    def lateness(self) -> float:
        """Seconds of the wall's by which the machine was late at worst: this process, or daemons by their own words."""
        gaps = [float(gap) for node in self.cluster.nodes.values() if not node.ever_paused
                for gap in re.findall(r"not scheduled for ([\d.]+) ms", node.log())]
        return max([self.late_s, *(gap / 1000 / self.speed for gap in gaps)])

    def _lines(self):
        return [line for line in map(self._line, self.events) if line]

    def _line(self, event):
        if "died" in event:
            return None if refusal(event) is None else {"step": event["step"], "node": event["node"], "refused": refusal(event)}
        if event.get("client", PROBE) == PROBE or event.get("ret") in SILENT:
            return None
        line = {"step": event["step"], "node": event["node"], "client": event["client"]}
        if "ret" in event:
            line.update(reply=REPLIES[event["ret"]], error=event["err"])
            if event["err"] == OK and event["ret"] == "getinfo":
                line.update({name: event[key] for key, name in INFO.items()})
            if event["err"] == OK and event["ret"] == "ctxget":
                line.update(context=event["context"])
        elif event["cb"] == "nodelist":
            line.update(callback="nodelist", context=event["ctx"], ring=event["ring"], members=event["nodes"])
        elif event["cb"] == "quorum":
            line.update(callback="quorum", context=event["ctx"], quorate=event["quorate"], nodes=event["nodes"])
        else:
            line.update(callback="expected_votes", context=event["ctx"], expected_votes=event["expected_votes"])
        return line


def refusal(event: dict) -> str | None:
    """The words with which a daemon refused its configuration, None when it ended otherwise."""
    for text in event["log"]:
        if event["died"] > 0 and "configuration error: " in text:
            return text[text.index("configuration error: "):].rstrip("'").strip()
    return None


def play(scenario: dict, **options) -> dict:
    """Play `scenario`; `options` are Player's."""
    with processes.held(), Player(scenario, **options) as player:
        return player.play()


def main() -> int:
    """Play what stands on standard input. With --work: one task, {"scenario": …, options of Player}, to one result."""
    if sys.argv[1:] == ["--work"]:
        json.dump(play(**json.load(sys.stdin)), sys.stdout)
        return 0
    reason = processes.why_unavailable()
    for scenario in map(json.loads, sys.stdin):
        why = reason or why_not(scenario)
        if why:
            print(f"skipped: {scenario['scenario']}: {why}", file=sys.stderr)
            continue
        for line in play(scenario)["lines"]:
            print(json.dumps(line, separators=(",", ":")), flush=True)
    return 0


if __name__ == "__main__":
    processes.end_in_order()
    sys.exit(main())
