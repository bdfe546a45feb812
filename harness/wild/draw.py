"""Draws cases (harness/truth/README.md) out of random numbers: a cluster, its trackers, and what happens to it.

A case is sensible: nothing is asked of a daemon that is down or paused, a quorum device polls from a connection that
tracks, waits pass the timers that are set. The same seed and number give the same case.
"""

import random

DEVICE_NAME = "qd"
WINDOWS_MS = [1500, 2000, 2500]
DEVICE_TIMEOUTS_MS = [(3000, 4000), (30000, 30000), (60000, 60000)]
AFTER_WINDOW_MS = 3200

# Quorum sections by name; what is drawn of each is in `Shape`.
THEMES = ["plain", "votes", "expected", "two_node", "wait_for_all", "tie_breaker", "last_man", "downscale", "tracking", "device",
          "device", "mix", "mix", "mix"]
# What may happen, and how often in comparison.
EVENTS = {"crash": 6, "stop": 5, "start": 10, "split": 6, "heal": 10, "restart": 2, "pause": 1, "setexpected": 4, "setvotes": 4,
          "getinfo": 3, "track": 5, "untrack": 3, "finalize": 2, "manual": 2, "wait": 2, "reload": 4, "cancel": 4, "device": 16, "grow": 1}


class Shape:
    """A cluster: its nodes, and the lines of its quorum section."""

    def __init__(self, dice: random.Random, nodes_min: int, nodes_max: int):
        self.dice = dice
        self.theme = dice.choice(THEMES)
        self.sections = {self.theme} if self.theme != "mix" else set(dice.sample(THEMES[1:-4], dice.randint(2, 3)))
        count = dice.choice([number for number in (1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6) if nodes_min <= number <= nodes_max])
        if "two_node" in self.sections and nodes_min <= 2 <= nodes_max and dice.random() < 0.9:
            count = 2
        self._agree()
        ids = list(range(1, count + 1)) if dice.random() < 0.85 else sorted(dice.sample(range(1, 30), count))
        if dice.random() < 0.04:
            ids[-1] += 1 << 31  # the record's order takes it for negative
        if dice.random() < 0.1:
            dice.shuffle(ids)  # the nodelist need not ascend
        self.nodes = [{"id": nodeid} for nodeid in ids]
        if "votes" in self.sections:
            for node in self.nodes:
                node["votes"] = dice.choice([0, 1, 1, 1, 2, 2, 3, 5])
            self.nodes[dice.randrange(count)]["votes"] = dice.choice([1, 2, 3, 3, 130, 300])
        self.timeouts_ms = dice.choice(DEVICE_TIMEOUTS_MS)
        self.device_votes = dice.choice([None, 1, max(1, count - 1), 3])
        if self.device_votes is None and self.sections & {"votes", "expected"}:
            self.device_votes = 1
        self.window_ms = dice.choice(WINDOWS_MS)
        self.lines = self._lines()

    def _agree(self):
        """Mostly leave out what daemons refuse to start with."""
        if self.dice.random() < 0.95:
            if "device" in self.sections:
                self.sections -= {"two_node", "tie_breaker", "last_man", "downscale"}
            if "last_man" in self.sections:
                self.sections.discard("votes")

    def has(self, section: str) -> bool:
        """Does its quorum section say that?"""
        return section in self.sections

    def votes(self) -> int:
        """Of all nodes."""
        return sum(node.get("votes", 1) for node in self.nodes)

    def _lines(self) -> list[str]:
        dice, lines = self.dice, []
        if self.has("two_node"):
            lines.append("two_node: 1")
        if self.has("wait_for_all") or (not self.has("plain") and dice.random() < 0.15):
            lines.append(f"wait_for_all: {int(dice.random() < 0.9)}")
        if self.has("expected"):
            lines.append(f"expected_votes: {dice.randint(1, 2 * len(self.nodes) + 1)}")
        if self.has("tie_breaker"):
            lines.append("auto_tie_breaker: 1")
            ids = [node["id"] for node in self.nodes]
            named = dice.choice([None, "lowest", "highest", " ".join(map(str, dice.sample(ids, dice.randint(1, len(ids)))))])
            lines += [f"auto_tie_breaker_node: {named}"] if named else []
        if self.has("last_man"):
            lines += ["last_man_standing: 1", f"last_man_standing_window: {self.window_ms}"]
        if self.has("downscale"):
            lines.append("allow_downscale: 1")
        if self.has("tracking"):
            lines.append("expected_votes_tracking: 1")
        if self.has("device"):
            lines += self.device_lines()
        return lines

    def device_lines(self) -> list[str]:
        """The device's block."""
        votes = [f"  votes: {self.device_votes}"] if self.device_votes else []
        return ["device {", "  model: net", *votes, f"  timeout: {self.timeouts_ms[0]}", f"  sync_timeout: {self.timeouts_ms[1]}",
                "  net {", "    host: 127.0.0.1", "    algorithm: ffsplit", "  }", "}"]


class Story:
    """A case under way: its steps so far, and what they make of the cluster."""

    def __init__(self, dice: random.Random, shape: Shape):
        self.dice = dice
        self.shape = shape
        self.nodes = [dict(node) for node in shape.nodes]
        self.lines = list(shape.lines)
        self.steps = []
        self.up = set()
        self.group = {}
        self.incarnation = {}
        self.tracking = {}   # (node, client, incarnation) -> does it track?
        self.devices = set()  # nodes whose device client tracks
        self.manual = set()
        self.context = 0
        self.hurry = dice.choice([0.0, 0.0, 0.15, 0.4])
        self.in_hurry = False

    def ids(self) -> list[int]:
        return [node["id"] for node in self.nodes]

    def down(self) -> list[int]:
        return [nodeid for nodeid in self.ids() if nodeid not in self.up]

    def any_up(self) -> int:
        return self.dice.choice(sorted(self.up))

    def apart(self) -> bool:
        return len({self.group.get(nodeid, 0) for nodeid in self.ids()}) > 1

    # Steps

    def step(self, *step) -> None:
        """A step that lets the cluster settle."""
        self.steps.append(list(step))
        self.in_hurry = False

    def change(self, *step) -> None:
        """What happens to machines and networks: settled, or in a hurry not."""
        quick = self.dice.random() < self.hurry
        self.steps.append(["quick", list(step)] if quick else list(step))
        self.in_hurry = quick
        if quick and self.dice.random() < 0.7:
            self.steps.append(["wait", self.dice.choice([20, 100, 300, 1000, 2500])])

    def command(self, node: int, client: str, words: str) -> None:
        self.steps.append(["cmd", node, client, words])

    def boot(self, nodes: list[int]) -> None:
        self.up |= set(nodes)
        for node in nodes:
            self.incarnation[node] = self.incarnation.get(node, 0) + 1

    def end(self, nodes: list[int]) -> None:
        self.up -= set(nodes)
        self.devices -= set(nodes)
        self.manual -= {key for key in self.manual if key[0] in nodes}

    def track(self, node: int, client: str, flags: int) -> None:
        self.context += 1
        self.steps.append(["track", node, client, self.context, flags])
        self.tracking[node, client, self.incarnation[node]] = True

    # The beginning

    def begin(self) -> None:
        dice, ids = self.dice, self.ids()
        if self.shape.has("tracking") and dice.random() < 0.3:
            self.steps.append(["store", dice.choice(ids), dice.randint(0, len(ids) + 3)])
        first = dice.sample(ids, len(ids)) if dice.random() < 0.2 else sorted(ids)
        if len(first) > 1 and dice.random() < 0.25:
            first = first[:dice.randint(1, len(first) - 1)]
        if len(ids) > 1 and dice.random() < 0.1:
            self._split()
        self.steps.append(["start" if dice.random() < 0.8 else "startall", *first])
        self.boot(first)
        for node in sorted(dice.sample(first, min(len(first), dice.randint(1, 3)))):
            for number in range(dice.choice([1, 1, 1, 2, 3])):
                self.track(node, f"t{number}", self._flags())
        if self.shape.has("device"):
            for node in sorted(first):
                if dice.random() < 0.85:
                    self._device_joins(node)

    def _flags(self) -> int:
        return self.dice.choice([0, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, self.dice.choice([8, 10, 0x80000000, 0xffffffff])])

    # What happens

    def happen(self) -> None:
        names = [name for name in EVENTS if self._possible(name)]
        name = self.dice.choices(names, [EVENTS[name] for name in names])[0]
        getattr(self, "_" + name)()

    def _possible(self, name: str) -> bool:
        if name == "start":
            return bool(self.down())
        if name == "split":
            return len(self.ids()) > 1 and (not self.apart() or self.dice.random() < 0.3)
        if name == "heal":
            return self.apart()
        if name in ("cancel", "device"):
            return bool(self.up) and self.shape.has({"cancel": "wait_for_all"}.get(name, name))
        if name == "pause":
            return len(self.up) > 1
        if name == "grow":
            return bool(self.up) and len(self.nodes) < 6 and not self.in_hurry and not self.apart()
        if name == "reload":
            return bool(self.up) and not self.in_hurry
        return name in ("wait",) or bool(self.up)

    def _some(self, nodes) -> list[int]:
        nodes = sorted(nodes)
        return sorted(self.dice.sample(nodes, min(len(nodes), self.dice.choice([1, 1, 1, 1, 2, 3]))))

    def _crash(self, verb="crash"):
        nodes = self._some(self.up) if verb == "crash" else [self.any_up()]  # the recorder ends daemons one after the other
        self.change(verb, *nodes)
        self.end(nodes)

    def _stop(self):
        self._crash("stop")

    def _start(self):
        nodes = self._some(self.down())
        verb = "start" if self.dice.random() < 0.8 else "startall"
        self.step(verb, *nodes)  # settled: what a tracker sees of its own node's start is a race
        self.boot(nodes)
        for node in nodes:
            if self.shape.has("device") and self.dice.random() < 0.6 and not self.in_hurry:
                self._device_joins(node)
            elif self.dice.random() < 0.4:
                self.track(node, "t0", self._flags())

    def _restart(self):
        node = self.any_up()
        self.steps.append(["quick", [self.dice.choice(["crash", "crash", "stop"]), node]])
        self.end([node])
        self.step("start", node)
        self.boot([node])

    def _split(self):
        ids, count = self.ids(), 2 if self.dice.random() < 0.8 else 3
        groups = [[] for _ in range(count)]
        for nodeid in ids:
            groups[self.dice.randrange(count)].append(nodeid)
        groups = [sorted(group) for group in groups if group]
        if len(groups) < 2:
            groups = [ids[:1], ids[1:]]
        self.group = {nodeid: number for number, group in enumerate(groups) for nodeid in group}
        self.change("split", *groups)

    def _heal(self):
        self.group = {}
        self.change("heal")

    def _pause(self):
        self.step("pause", self.any_up(), self.dice.choice([200, 400, 8000]))

    def _setexpected(self):
        ids = self.ids()
        self.command(self.any_up(), "op", f"setexpected {self.dice.choice([self.dice.randint(0, 2 * len(ids) + 2), self.shape.votes(), 300])}")
        self._soon()

    def _setvotes(self):
        about = self.dice.choice([*self.ids(), *self.ids(), 99]) if self.dice.random() < 0.93 else 0
        self.command(self.any_up(), "op", f"setvotes {about} {self.dice.choice([0, 1, 1, 2, 3, self.dice.randint(0, 9), 255])}")
        self._soon()

    def _soon(self):
        """The message is on its way: mostly wait for it."""
        if self.dice.random() < 0.8:
            self.steps.append(["wait", 400])

    def _getinfo(self):
        self.command(self.any_up(), "i", f"getinfo {self.dice.choice([0, *self.ids(), 77])}")

    def _track(self):
        self.track(self.any_up(), self.dice.choice(["t0", "t0", "t1", "t2"]), self._flags())

    def _untrack(self):
        clients = [(node, client) for (node, client, number) in self.tracking if node in self.up and self.incarnation[node] == number]
        node, client = self.dice.choice(sorted(clients)) if clients else (self.any_up(), "t9")
        if client[0] == "t":
            self.command(node, client, "stop")

    def _finalize(self):
        """A connection that is used for nothing else: a finalized one would outlive its daemon."""
        node, client = self.any_up(), f"z{self.context}"
        self.track(node, client, self._flags())
        self.command(node, client, "fini")
        self.command(node, client, self.dice.choice(["getinfo 0", "stop", "fini", "setexpected 3"]))

    def _manual(self):
        node = self.any_up()
        if not any(number > 1 for number in self.incarnation.values()) and (node, "m") not in self.manual:
            self.manual.add((node, "m"))
            self.command(node, "m", "manual 1")
            self.track(node, "m", self.dice.choice([1, 2, 3, 4]))
        if (node, "m") in self.manual:
            for _ in range(self.dice.randint(1, 3)):
                self.command(node, "m", self.dice.choice(["dispatch 2", "dispatch 4", "dispatch 4", f"ctxset {self.context + 50}", "ctxget",
                                                          "getinfo 0", "fdget"]))

    def _wait(self):
        self.steps.append(["wait", AFTER_WINDOW_MS if self.shape.has("last_man") or self.shape.has("device") else 500])

    def _reload(self):
        for _ in range(self.dice.choice([0, 1, 1, 1, 2, 2])):
            self._edit()
        self.step("reload", self.any_up())

    def _edit(self):
        """Change the files."""
        dice = self.dice
        kind = dice.choice(["votes", "votes", "expected_votes", "two_node", "feature", "device"])
        if kind == "votes":
            about = dice.choice(self.nodes)
            about["votes"] = dice.choice([0, 1, 1, 2, 3, 4])
            self.steps.append(["votes", about["id"], about["votes"]])
            return
        if kind == "device":
            self._edit_device()
        else:
            key = dice.choice(["wait_for_all", "auto_tie_breaker", "last_man_standing", "allow_downscale"]) if kind == "feature" else kind
            values = [None, 0, 1] if kind == "feature" else [None, 1] if kind == "two_node" else [None, dice.randint(1, 2 * len(self.nodes) + 1)]
            said = [line for line in self.lines if line.startswith(key + ":")]
            value = dice.choice([value for value in values if said != ([f"{key}: {value}"] if value is not None else [])])
            self.lines = ([f"{key}: {value}"] if value is not None else []) + [line for line in self.lines if line not in said]
        self.steps.append(["conf", self.lines])

    def _edit_device(self):
        """Another number of votes, no device, or one where there was none."""
        at = self.lines.index("device {") if "device {" in self.lines else len(self.lines)
        if at < len(self.lines) and self.dice.random() < 0.3:
            self.lines = self.lines[:at]
            return
        self.shape.device_votes = self.dice.choice([None, 1, 2, 3])
        self.lines = self.lines[:at] + self.shape.device_lines()

    def _grow(self):
        """One node more than the files had."""
        self.nodes = [*self.nodes, {"id": max(self.ids()) + 1}]
        self.steps.append(["nodes", [dict(node) for node in self.nodes]])
        self.step("reload", self.any_up())

    def _cancel(self):
        self.step("cmap", self.any_up(), "quorum.cancel_wait_for_all", "u8", 1)

    # The quorum device

    def _device_joins(self, node):
        if node not in self.devices:
            self.track(node, "q", 2)
            self.devices.add(node)
        self.command(node, "q", f"qreg {DEVICE_NAME}")
        if self.dice.random() < 0.85:
            self.command(node, "q", f"qpoll {DEVICE_NAME} {int(self.dice.random() < 0.85)} 0")

    def _device(self):
        dice, node = self.dice, self.any_up()
        if node not in self.devices:
            self._device_joins(node)
            return
        what = dice.choice(["poll"] * 6 + ["everyone"] * 4 + ["master"] * 3 + ["stale", "update", "unregister", "unregister", "other", "again"])
        name = DEVICE_NAME
        if what == "everyone":
            for other in sorted(self.devices & self.up):
                self.command(other, "q", f"qpoll {name} {int(dice.random() < 0.7)} 0")
        elif what == "update":
            self.command(node, "q", f"qupdate {name} {dice.choice([name, 'qe'])}")
            self.steps.append(["wait", 300])
        else:
            self.command(node, "q", {"poll": f"qpoll {name} {int(dice.random() < 0.7)} 0", "stale": f"qpoll {name} 1 1",
                                     "master": f"qmaster {name} {int(dice.random() < 0.7)}", "unregister": f"qunreg {name}",
                                     "other": "qpoll other 1 0", "again": f"qreg {dice.choice([name, 'qe'])}"}[what])

    # The end

    def rest(self) -> None:
        """Wait until all has come to rest: a split into the parts that there are changes nothing, but is waited for."""
        groups = {}
        for nodeid in self.ids():
            groups.setdefault(self.group.get(nodeid, 0), []).append(nodeid)
        self.step("split", *groups.values())

    # Questions

    def ask(self, everyone: bool) -> None:
        """What do nodes say of themselves?"""
        nodes = sorted(self.up) if everyone else sorted(self.dice.sample(sorted(self.up), min(len(self.up), self.dice.randint(0, 2))))
        for node in nodes:
            self.command(node, "i", "getinfo 0")


def case(seed: int, number: int, nodes_min: int = 1, nodes_max: int = 6) -> dict:
    """Case `number` of `seed`, of so many nodes."""
    dice = random.Random(f"{seed} {number} {nodes_min} {nodes_max}")
    shape = Shape(dice, nodes_min, nodes_max)
    story = Story(dice, shape)
    story.begin()
    for _ in range(dice.randint(4, 11)):
        story.happen()
        if story.up and not story.in_hurry and dice.random() < 0.6:
            story.ask(False)
    story.rest()
    story.ask(True)
    return {"name": f"wild-{seed}-{number}", "nodes": shape.nodes, "quorum": shape.lines, "steps": story.steps}
