"""Recordings of real clusters as scenarios, and the comparison of a run with its recording.

usage: python3 -m harness.truth_to_scenario RECORDINGS.jsonl [-o FOLDER] [-k NAME]

Writes NAME.yaml (the scenario), NAME.expected (what its clients saw, in the form of the trace, for
`votesim explain`) for each recording into FOLDER (default build/truth).

How a recording becomes a scenario (the format is told in harness/truth/README.md):
- A client is named NAME-NODE; after its daemon was restarted it is another, NAME-NODE-2: a connection ends with its daemon.
- `start` of several nodes is one step each, so that the recorder's own tracker (`probe`) can follow each.
- The recorder waited for 800 ms of quiet after each step that settles; so does the scenario.
- What follows a `quick` step does not wait for the cluster to settle either; what follows a command comes 30 ms
  after it, as with the recorder.
- The files that `votes`, `conf` and `nodes` change are read by the next `reload`, or by the next start. What a quorum section
  of a scenario cannot say stands in NAME.conf, which the scenario names.
- What `store` writes before the first start is the cluster's `stored_expected_votes`: of a file the first four bytes, if there
  are so many. What `stored` tells is compared with what the run stored last.
- A command at a node that is down is left out: the recorder made it only when its connection stood.

How they are compared: client by client; callbacks in order, and replies in order. Of ring ids only the order counts,
but the same ring must be the same ring for every client. A probe's first notifications depend on how fast it
connected to a daemon that was just starting; it is compared from the first one that does not.
"""

import argparse
import json
import os
import struct
from dataclasses import dataclass, field

PROBE = "probe"
QUIET_MS = 800
COMMAND_MS = 30
TOKEN_MS = 600

# Commands of the recorder: library function and the names of the arguments.
COMMANDS = {
    "getinfo": ("getinfo", ["of"]),
    "setvotes": ("setvotes", ["of", "votes"]),
    "setexpected": ("setexpected", ["votes"]),
    "stop": ("trackstop", []),
    "fini": ("finalize", []),
    "qreg": ("qdevice_register", ["name"]),
    "qunreg": ("qdevice_unregister", ["name"]),
    "qupdate": ("qdevice_update", ["name", "new_name"]),
    "qpoll": ("qdevice_poll", ["name", "cast_vote", "ring"]),
    "qmaster": ("qdevice_master_wins", ["name", "allow"]),
    "track": ("trackstart", ["context", "flags"]),
    "dispatch": ("dispatch", ["type"]),
    "ctxset": ("context_set", ["context"]),
    "ctxget": ("context_get", []),
    "fdget": ("fd_get", []),
}
DISPATCH = {1: "ONE", 2: "ALL", 3: "BLOCKING", 4: "ONE_NONBLOCKING"}
REPLIES = {command: call for command, (call, _) in COMMANDS.items()}
CALLBACKS = {"nodelist": "nodelist", "quorum": "quorum", "expected": "expected_votes"}
INFO = {"of": "node_id", "state": "node_state", "votes": "node_votes", "expected": "node_expected_votes",
        "highest": "highest_expected", "total": "total_votes", "quorum": "quorum", "flags": "flags",
        "qdevice_votes": "qdevice_votes", "qdevice_name": "qdevice_name"}
# Replies that say nothing about votequorum: the connection was made; the client knows when to dispatch.
IGNORED_REPLIES = ("init", "initialize", "manual")


# Keys of the quorum section that a scenario's `quorum:` takes, and what their values are.
SWITCHES = {"two_node", "wait_for_all", "auto_tie_breaker", "last_man_standing", "allow_downscale", "expected_votes_tracking"}
TEXTS = {"provider", "model", "auto_tie_breaker_node", "host", "algorithm"}
KEYS = SWITCHES | TEXTS | {"expected_votes", "last_man_standing_window", "votes", "timeout", "sync_timeout"}


class ConversionError(ValueError):
    """A recording that the scenario language cannot say."""


@dataclass
class Conversion:
    """A recording as a scenario."""
    name: str
    text: str                                                   # the scenario, YAML
    recorded_step: list[int] = field(default_factory=list)      # by step of the scenario: step of the recording
    clients: dict[tuple, str] = field(default_factory=dict)     # (node, name, incarnation) -> name in the scenario
    settled: dict[str, list[int]] = field(default_factory=dict)  # by probe: members once its node's start has settled
    started: dict[str, int] = field(default_factory=dict)       # by probe: the recorded step of that start
    dispatching: set[str] = field(default_factory=set)          # clients that were told to dispatch
    stored: dict[int, int] = field(default_factory=dict)        # by node: what its file of tracked votes holds at first
    unfinished: bool = False                                    # the recording ends before the cluster has settled
    conf: str | None = None                                     # a corosync.conf that lies beside the scenario


def flow(value) -> str:
    """`value` (dict, list, number, text) as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str) and not value.replace("-", "").replace("_", "").isalnum():
        return json.dumps(value)
    return str(value)


def quorum_section(lines: list[str]) -> dict:
    """The lines of corosync.conf's quorum section as a map. The device's own block (net) concerns corosync-qdevice only.
    Raises ConversionError for lines that are no such section (a scenario can only say them in a corosync_conf)."""
    section, stack = {}, []
    current = section
    for line in (text.strip() for text in lines):
        if line.endswith("{"):
            stack.append(current)
            current = current.setdefault(line[:-1].strip(), {})
        elif line == "}":
            if not stack:
                raise ConversionError("a quorum section that ends early")
            current = stack.pop()
        else:
            key, _, value = map(str.strip, line.partition(":"))
            if key not in KEYS or (key not in TEXTS and not (value.isdigit() and int(value) < (2 if key in SWITCHES else 1 << 32))):
                raise ConversionError(f"quorum section: {line}")
            current[key] = value if key in TEXTS else int(value)
    section.get("device", {}).pop("net", None)
    return section


def stored_votes(content) -> int:
    """What a file of tracked votes says: its number, or its bytes in hex; None: there is no file. 0: nothing."""
    if isinstance(content, str):
        content = struct.unpack("<I", bytes.fromhex(content)[:4])[0] if len(content) >= 8 else 0
    return content or 0


def conf_text(nodes: list[dict], lines: list[str]) -> str:
    """A corosync.conf with this quorum section. `nodes`: as of node_list()."""
    text = f"totem {{\n  version: 2\n  token: {TOKEN_MS}\n}}\nquorum {{\n  provider: corosync_votequorum\n"
    text += "".join(f"  {line}\n" for line in lines) + "}\nnodelist {\n"
    for node in nodes:
        votes = "" if node["votes"] is None else f"    quorum_votes: {node['votes']}\n"
        text += f"  node {{\n    nodeid: {node['id']}\n    ring0_addr: 10.0.0.{node['id'] % 250 + 1}\n{votes}  }}\n"
    return text + "}\n"


def node_list(nodes) -> list[dict]:
    """A case's nodes (a number, or a list of {id, votes}) as a list of {id, votes}; votes None when not given."""
    if isinstance(nodes, int):
        nodes = [{"id": number} for number in range(1, nodes + 1)]
    return [{"id": node["id"], "votes": node.get("votes")} for node in nodes]


def nodes_yaml(nodes: list[dict]):
    """The same in the scenario language: a number where that says it all."""
    if all(node["votes"] is None and not node.get("quorum") for node in nodes) and [n["id"] for n in nodes] == list(range(1, len(nodes) + 1)):
        return len(nodes)
    return [{"nodeid": n["id"], **({} if n["votes"] is None else {"quorum_votes": n["votes"]}),
             **({"quorum": n["quorum"]} if n.get("quorum") else {})} for n in nodes]


class Converter:
    """Walks through a case's steps and writes those of the scenario."""

    def __init__(self, case: dict, refused: set[tuple[int, int]] = frozenset()):
        """`refused`: (recorded step, node) of the starts that the daemon refused."""
        self.case = case
        self.refused = refused
        self.nodes = node_list(case["nodes"])
        self.conf = None
        try:
            self.quorum = quorum_section(case["quorum"])
            plain_votes = all(node["votes"] is None or isinstance(node["votes"], int) and 0 <= node["votes"] < 1 << 32 for node in self.nodes)
        except ConversionError:
            self.quorum, plain_votes = {}, False
        if not plain_votes:
            self.conf = conf_text(self.nodes, case["quorum"])
        self.incarnation = {}
        self.up = set()
        self.group = {}
        self.files_changed = {}
        self.manual = {}
        self.tracked = set()
        self.unsettled = False
        self.commanded = False
        self.number = 0
        self.lines = []
        self.result = Conversion(case["name"], "")

    def convert(self) -> Conversion:
        """Raises ConversionError for a step that the language does not have."""
        if not self.case.get("nodelist", True):
            raise ConversionError("a cluster without a nodelist")
        steps = list(enumerate(self.case["steps"]))
        while steps and self._before_all(steps[0][1]):
            steps.pop(0)
        head = [f"scenario: {self.case['name']}",
                "description: Recorded from a real cluster (harness/truth), converted by harness/truth_to_scenario.py.",
                "cluster:", f"  corosync_conf: {self.case['name']}.conf" if self.conf else f"  nodes: {flow(nodes_yaml(self.nodes))}"]
        head += [f"  quorum: {flow(self.quorum)}"] if self.quorum else []
        head += [f"  stored_expected_votes: {flow(self.result.stored)}"] if self.result.stored else []
        head += [f"totem: {{token: {TOKEN_MS}ms}}", "steps:"]
        self.result.conf = self.conf
        for self.number, step in steps:
            self._step(step, settle=True)
        self.result.text = "\n".join(head + self.lines) + "\n"
        return self.result

    def _before_all(self, step):
        """Take a step that makes ready what the cluster begins with; False: it is none."""
        if step[0] == "store":
            if stored_votes(step[2]):
                self.result.stored[step[1]] = stored_votes(step[2])
            return True
        if step[0] == "conf" and len(step) > 2 and not self.conf:
            self._own_files(quorum_section(step[1]), step[2:])
            return True
        return False

    def _own_files(self, section, ids):
        """Nodes `ids` have this quorum section. Raises ConversionError when it lacks a key that the others have."""
        if set(self.quorum) - set(section):
            raise ConversionError(f"step {self.number}: files that differ by a key that is missing")
        for node in self.nodes:
            if node["id"] in ids:
                node["quorum"] = {key: value for key, value in section.items() if self.quorum.get(key) != value}

    def _step(self, step, settle):
        if step[0] == "quick":
            self._step(step[1], settle=False)
            return
        method = getattr(self, "_do_" + step[0], None)
        if not method:
            raise ConversionError(f"step {self.number}: {step[0]} cannot be said in a scenario")
        method(*step[1:], settle=settle)

    def _write(self, verb, value, quiet=None):
        """One step. `quiet`: whether the recorder let the cluster settle after it; None: the step changes nothing."""
        self.lines.append(f"  - {verb}: {flow(value)}")
        if self.commanded:
            self.lines.append(f"    after: {COMMAND_MS}ms")
        if self.unsettled or self.commanded:
            self.lines.append("    settle: false")
        self.commanded = False
        self.result.recorded_step.append(self.number)
        if quiet is not None:
            self.unsettled = not quiet
        if quiet:
            self._write("wait", f"{QUIET_MS}ms")

    def _client(self, node, name):
        # A client that dispatches when told to outlives its daemon; others end with it.
        key = (node, name, self.manual.get((node, name), self.incarnation.get(node, 1)))
        if key not in self.result.clients:
            self.result.clients[key] = f"{name}-{node}" + (f"-{key[2]}" if key[2] > 1 else "")
        return self.result.clients[key]

    # Nodes and network

    def _boot(self, nodes):
        for node in nodes:
            self.incarnation[node] = self.incarnation.get(node, 0) + 1
            if (self.number, node) not in self.refused:
                self.up.add(node)

    def _follow(self, nodes):
        for node in nodes:
            if node not in self.up:
                continue
            probe = self._client(node, PROBE)
            self.result.settled[probe] = self._members(node)
            self.result.started[probe] = self.number
            self._write("trackstart", {"node": node, "client": probe, "context": 0, "flags": 2})

    def _members(self, node):
        return sorted(other for other in self.up if self.group.get(other) == self.group.get(node))

    def _files(self):
        """Make files that were changed since the last reload known before a node reads them at its start."""
        if self.files_changed:
            self._write("reload", {**self.files_changed, "on": []})
            self.files_changed = {}

    def _do_start(self, *nodes, settle):
        if not settle:
            self._do_startall(*nodes, settle=settle)
            return
        self._files()
        for node in nodes:
            self._boot([node])
            self._write("start", node)
            self.unsettled = False
            self._follow([node])
            self._write("wait", f"{QUIET_MS}ms")

    def _do_startall(self, *nodes, settle):
        self._files()
        self._boot(nodes)
        self._write("start", {"nodes": list(nodes), "together": "true"} if len(nodes) > 1 else nodes[0])
        self.unsettled = not settle
        self._follow(nodes)
        if settle:
            self._write("wait", f"{QUIET_MS}ms")

    def _do_stop(self, *nodes, settle, verb="stop"):
        self.up -= set(nodes)
        ended = verb == "stop" and not settle  # the recorder waited for that, which takes as long as the ring
        self._write(verb, list(nodes) if len(nodes) > 1 else nodes[0], quiet=None if ended else settle)

    def _do_crash(self, *nodes, settle):
        self._do_stop(*nodes, settle=settle, verb="crash")

    def _do_split(self, *groups, settle):
        groups = [list(group) for group in groups if group]
        self.group = {node: number for number, group in enumerate(groups) for node in group}
        self._write("partition", groups, quiet=settle)

    def _do_heal(self, *, settle):
        self.group = {}
        self._write("heal", "all", quiet=settle)

    def _do_pause(self, node, milliseconds=None, *, settle):
        self._write("pause", node, quiet=settle and milliseconds is None)
        if milliseconds is not None:
            # Time counts from the pause on, not from when the others have formed a ring without it.
            self._write("wait", f"{milliseconds}ms")
            self._write("resume", node, quiet=settle)

    def _do_resume(self, node, *, settle):
        self._write("resume", node, quiet=settle)

    def _do_wait(self, milliseconds, *, settle):
        self._write("wait", f"{milliseconds}ms")

    # Configuration

    def _do_votes(self, node, votes, *, settle):
        for entry in self.nodes:
            if entry["id"] == node:
                entry["votes"] = votes
        self.files_changed["nodes"] = nodes_yaml(self.nodes)

    def _do_nodes(self, nodes, *, settle):
        self.nodes = node_list(nodes)
        self.files_changed["nodes"] = nodes_yaml(self.nodes)

    def _do_conf(self, lines, *ids, settle):
        if ids:
            self._own_files(quorum_section(lines), ids)
            self.files_changed["nodes"] = nodes_yaml(self.nodes)
            return
        self.quorum = quorum_section(lines)
        self.files_changed["quorum"] = self.quorum

    def _do_reload(self, node, *, settle):
        # It reaches the caller's partition only. The others' files have changed as well.
        reached = self._members(node)
        dropped = set(reached) - {entry["id"] for entry in self.nodes}
        self._write("reload", {**self.files_changed, **({"on": reached} if set(reached) != self.up else {})}, quiet=settle and not dropped)
        self.files_changed = {}
        if settle and dropped:  # the recorder knew of no new ring to wait for
            self._write("wait", f"{QUIET_MS}ms")
            self.result.unfinished = not any(step[0] == "wait" for step in self.case["steps"][self.number:])

    def _do_cmap(self, node, key, _kind, value, *, settle):
        if key != "quorum.cancel_wait_for_all" or int(value) < 1:
            raise ConversionError(f"step {self.number}: cmap key {key}")
        self._write("cancel_wait_for_all", node, quiet=settle)

    def _do_stored(self, _node, *, settle):
        """Compared by truth_status."""

    # Clients

    def _do_track(self, node, name, context, flags, *, settle):
        self._do_cmd(node, name, f"track {context} {flags}", settle=settle)

    def _do_cmd(self, node, name, command, *, settle):
        word, *arguments = command.split()
        if word == "manual":
            if int(arguments[0]) != 1 or (node, name) in self.manual:
                raise ConversionError(f"step {self.number}: a client changes the way it dispatches")
            self.manual[node, name] = self.incarnation.get(node, 1)
            self._write("initialize", {"node": node, "client": self._client(node, name), "dispatch": "manual"})
            self.commanded = settle
            return
        if word not in COMMANDS:
            raise ConversionError(f"step {self.number}: command {word}")
        if node not in self.up and (node, name) not in self.manual:
            return
        call, names = COMMANDS[word]
        value = {"node": node, "client": self._client(node, name)}
        for key, argument in zip(names, arguments):
            if key == "ring":
                value[key] = "stale" if int(argument) else "current"
            elif key == "type":
                value[key] = DISPATCH.get(int(argument), int(argument))
            else:
                value[key] = argument if "name" in key else int(argument)
        if call == "trackstart":
            self.tracked.add(value["client"])
        if call == "qdevice_poll" and value["client"] not in self.tracked:
            value["ring"] = "stale"  # The recorder polls with the ring of the client's last nodelist: here there was none.
        if call == "dispatch":
            self.result.dispatching.add(value["client"])
        self._write(call, value)
        self.commanded = settle
        self.unsettled = self.unsettled or not settle


def convert(recording: dict) -> Conversion:
    """`recording`: {"case", "events"}. Raises ConversionError."""
    refused = {(event["step"], event["node"]) for event in recording["events"] if "died" in event}
    return Converter(recording["case"], refused).convert()


# ---- what was seen, by client ----------------------------------------------------

def from_recording(conversion: Conversion, events: list[dict]) -> list[dict]:
    """Recorded events in the form of the trace, `step` left as recorded; what is never compared is left out."""
    lines, incarnation = [], {}
    for event in events:
        if "died" in event:
            lines.append({"step": event["step"], "node": event["node"], "refused": ""})
            continue
        if "client" not in event:
            continue
        key = (event["node"], event["client"])
        if event.get("ret") == "init":
            # The node's incarnation at that step: the latest that the conversion knows a client of.
            later = [i for node, name, i in conversion.clients if (node, name) == key and i > incarnation.get(key, 0)]
            incarnation[key] = min(later, default=incarnation.get(key, 1))
        client = conversion.clients.get((*key, incarnation[key]))
        if client is None:  # it got no further than to find its node down
            continue
        line = {"step": event["step"], "node": event["node"], "client": client}
        if "cb" in event:
            line.update(callback=CALLBACKS[event["cb"]], context=event["ctx"])
            if event["cb"] == "nodelist":
                line.update(ring=event["ring"], members=event["nodes"])
            elif event["cb"] == "quorum":
                line.update(quorate=event["quorate"], nodes=event["nodes"])
            else:
                line.update(expected_votes=event["expected_votes"])
        elif event["ret"] in IGNORED_REPLIES:
            continue
        else:
            line.update(reply=REPLIES[event["ret"]], error=event["err"])
            if event["ret"] == "getinfo" and event["err"] == 1:
                line.update({name: event[key] for key, name in INFO.items()})
            if event["ret"] == "ctxget" and event["err"] == 1:
                line.update(context=event["context"])
            if event["ret"] == "dispatch" and client not in conversion.dispatching:
                continue
        lines.append(line)
    return lines


def from_trace(conversion: Conversion, text: str) -> list[dict]:
    """Lines of a trace that bear on clients, with `step` as in the recording."""
    lines, read = [], [json.loads(row) for row in text.splitlines()]
    replied_ns = max((line["t"] for line in read if "reply" in line), default=0)
    for line in read:
        if conversion.unfinished and "callback" in line and line["t"] > replied_ns + COMMAND_MS * 1000000:
            continue
        if "event" in line or line.get("reply") in IGNORED_REPLIES:
            continue
        if line.get("reply") == "dispatch" and line["client"] not in conversion.dispatching:
            continue
        line["step"] = conversion.recorded_step[line["step"]]
        for key in ("t", "scenario", "variant"):
            line.pop(key, None)
        lines.append(line)
    return lines


def certain_from(conversion: Conversion, client: str, callbacks: list[dict]) -> int:
    """Index of the first of a probe's callbacks that does not depend on when it connected: the first after the ring on
    which its node's start settled, expected votes that were told before the next ring's nodelist included
    (FINDINGS.md, 33). 0 for other clients."""
    if client not in conversion.settled:
        return 0
    members, started = conversion.settled[client], conversion.started[client]
    ring = None
    for number, line in enumerate(callbacks):
        if line["step"] > started:
            return number
        if line["callback"] == "nodelist":
            if ring and line["ring"] != ring:
                before = number
                while callbacks[before - 1]["callback"] == "expected_votes":
                    before -= 1
                # a sync's quorum comes last, unless a device holds it
                return before if callbacks[before - 1]["callback"] == "quorum" else number
            if line["members"] == members:
                ring = line["ring"]
    return len(callbacks)


def streams(conversion: Conversion, lines: list[dict]) -> dict[tuple, list[dict]]:
    """By (client, "callback" | "reply" | "refused"): what is to be compared, without steps."""
    found = {}
    for line in lines:
        kind = next(key for key in ("callback", "reply", "refused") if key in line)
        found.setdefault((line.get("client", f"node {line['node']}"), kind), []).append(line)
    for (client, kind), stream in found.items():
        if kind == "callback":
            stream = stream[certain_from(conversion, client, stream):]
        elif kind == "refused":
            stream = [{**line, "refused": ""} for line in stream]
        found[client, kind] = [without_step(line) for line in stream]
    return {key: stream for key, stream in found.items() if stream}


def without_step(line: dict) -> dict:
    """A line without the step in which it came."""
    return {key: value for key, value in line.items() if key != "step"}


def plain(line: dict) -> dict:
    """A line without its ring's sequence."""
    return {**line, "ring": line["ring"][0]} if "ring" in line else line


def differences(conversion: Conversion, recorded: list[dict], traced: list[dict]) -> list[str]:
    """Where a run differs from its recording, at most one text for each client; empty when it does not."""
    texts = []
    left, right = streams(conversion, recorded), streams(conversion, traced)
    same_ring = {}
    for key in sorted(set(left) | set(right)):
        was, came = left.get(key, []), right.get(key, [])
        latest = 0
        for number in range(max(len(was), len(came))):
            one = was[number] if number < len(was) else None
            other = came[number] if number < len(came) else None
            fault = None
            if one is None or other is None or plain(one) != plain(other):
                fault = ""
            elif "ring" in one:
                ring, other_ring = tuple(one["ring"]), tuple(other["ring"])
                if same_ring.setdefault(("recorded", ring), other_ring) != other_ring or \
                   same_ring.setdefault(("traced", other_ring), ring) != ring:
                    fault = " (one ring here, two there)"
                if other_ring[1] < latest:
                    fault = " (a ring's sequence fell)"
                latest = other_ring[1]
            if fault is not None:
                texts.append(f"{key[0]}, {key[1]} {number + 1} (of {len(was)} recorded, {len(came)} traced){fault}\n"
                             f"  recorded: {json.dumps(one)}\n  traced:   {json.dumps(other)}")
                break
    return texts


def expected_lines(conversion: Conversion, recorded: list[dict]) -> str:
    """What `votesim explain --recording` reads: what each client sees, in the form of the trace and in recorded order.
    A probe's uncertain start is replaced by what it knew at the end of it, which is what the scenario's probe,
    connecting when the start has settled, is told at once."""
    by_client = {}
    for line in recorded:
        by_client.setdefault(line.get("client"), []).append(line)
    rows = []
    for client, lines in by_client.items():
        callbacks = [line for line in lines if "callback" in line]
        unsure = callbacks[:certain_from(conversion, client, callbacks)]
        rows += [line for line in lines if not any(line is one for one in unsure) and "callback" not in line]
        rows += what_it_knew(unsure) + callbacks[len(unsure):]
    return "".join(json.dumps(scenario_step(conversion, line), separators=(",", ":")) + "\n" for line in rows)


def what_it_knew(unsure: list[dict]) -> list[dict]:
    """What a client is told that connects after these callbacks. Where no quorum notification came with the last ring (a
    device holds its sync) that is not known: any is right."""
    if not unsure:
        return []
    latest = {line["callback"]: (number, line) for number, line in enumerate(unsure)}
    nodelist, quorum = latest["nodelist"], latest["quorum"]
    known = quorum[1] if quorum[0] > nodelist[0] else {key: value for key, value in quorum[1].items() if key not in ("quorate", "nodes")}
    return [nodelist[1], known]


def scenario_step(conversion: Conversion, line: dict) -> dict:
    """A line with the last step of the scenario before or at whose end it came; without one when it came before all."""
    steps = [number for number, recorded in enumerate(conversion.recorded_step) if recorded <= line["step"]]
    return {**line, "step": steps[-1]} if steps else without_step(line)


def stored_differences(conversion: Conversion, events: list[dict], trace: str) -> list[str]:
    """Where what `stored` told differs from what the run (`--trace-all`) stored until then."""
    stored, texts = [], []
    for line in map(json.loads, trace.splitlines()):
        if line.get("event") == "stored":
            stored.append((conversion.recorded_step[line["step"]], line["node"], line["value"]))
    for event in events:
        if "stored" not in event:
            continue
        values = [value for step, node, value in stored if step <= event["step"] and node == event["node"]]
        value = values[-1] if values else conversion.stored.get(event["node"], 0)
        if stored_votes(event["stored"]) != value:
            texts.append(f"step {event['step']}: node {event['node']} has stored {event['stored']}, in the run {value}")
    return texts


def read(path: str) -> list[dict]:
    """The recordings of a file. Raises OSError, ValueError."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def write(recording: dict, folder: str) -> Conversion:
    """Convert, and write NAME.yaml and NAME.expected into `folder`. Raises ConversionError."""
    conversion = convert(recording)
    os.makedirs(folder, exist_ok=True)
    base = os.path.join(folder, conversion.name)
    with open(base + ".yaml", "w", encoding="utf-8") as file:
        file.write(conversion.text)
    if conversion.conf:
        with open(base + ".conf", "w", encoding="utf-8") as file:
            file.write(conversion.conf)
    with open(base + ".expected", "w", encoding="utf-8") as file:
        file.write(expected_lines(conversion, from_recording(conversion, recording["events"])))
    return conversion


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", nargs="+")
    parser.add_argument("-o", "--output", default="build/truth")
    parser.add_argument("-k", "--only", default="")
    options = parser.parse_args()
    for path in options.recordings:
        for recording in read(path):
            if options.only in recording["case"]["name"]:
                print(os.path.join(options.output, write(recording, options.output).name + ".yaml"))


if __name__ == "__main__":
    main()
