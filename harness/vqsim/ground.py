"""One corosync-vqsim: its cluster, its commands, and what each node says of itself.

What it prints after a command may be from before its effect, so `show` is asked until it says the same twice and
every ring is its partition. It reads only files whose path is shorter than eight characters: it gets a /run of its own.
"""

import os
import re
import selectors
import shutil
import subprocess
import time

from harness.live import processes
from harness.live.cluster import Configuration

PROGRAM = "corosync-vqsim"
SETUP = "mount -t tmpfs votesim /run && printf '%s' \"$1\" > /run/c && exec corosync-vqsim -c /run/c"
# Its nodes are processes that outlive it: in a PID namespace of their own they end with its first process.
NAMESPACES = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child=KILL"]
PROMPT = "#vqsim> "
ANSWER_TIMEOUT_S = 10.0
SETTLE_TIMEOUT_S = 10.0
PAUSE_S = 0.05
ALIKE = 3  # on a busy machine a node may believe what it did for a while after it knows of the others
STATUS = re.compile(r"^(\d+):(\d+): q=(\d) ring=\[(\d+)\.([0-9a-f]+)\] nodes=\[([\d ]*)\]$", re.MULTILINE)


class VqsimError(RuntimeError):
    """corosync-vqsim ended, or does not answer."""


def why_unavailable() -> str | None:
    """Why corosync-vqsim cannot run here, in one line; None when it can."""
    if not shutil.which(PROGRAM):
        return "vqsim needs corosync-vqsim (apt-get install corosync-vqsim)"
    if os.geteuid() != 0:
        return "vqsim needs root (namespaces)"
    trial = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True)
    return f"vqsim needs namespaces: {trial.stderr.strip()}" if trial.returncode else None


def version() -> str:
    """The package's version: the program does not tell its own."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", PROGRAM], capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


class Vqsim:
    """A cluster. Use it as a context manager."""

    def __init__(self, configuration: Configuration, all_up: bool):
        """With all nodes up, as it begins, or with none: those that come up later do not wait for all. Raises VqsimError."""
        ids = [node["id"] for node in configuration.nodes]
        text = configuration.text({nodeid: index for index, nodeid in enumerate(ids)})
        self.partition_of = dict.fromkeys(ids, 0)
        self.process = processes.spawn([*NAMESPACES, "sh", "-c", SETUP, "sh", text],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self._answer()
        self.up = set(ids)
        self.settle()
        for nodeid in [] if all_up else ids:
            self.down(nodeid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """End it."""
        self.selector.close()
        processes.kill(self.process)

    def _answer(self):
        """Everything up to the next prompt."""
        text, end = "", time.monotonic() + ANSWER_TIMEOUT_S
        while not text.endswith(PROMPT):
            if time.monotonic() > end:
                raise VqsimError(f"no answer: {text}")
            if not self.selector.select(0.1):
                continue
            chunk = self.process.stdout.read()
            if chunk == b"":
                raise VqsimError(f"it ended: {text}")
            text += (chunk or b"").decode()
        return text.removesuffix(PROMPT)

    def command(self, text: str) -> str:
        """Give a command; returns its answer. Raises VqsimError."""
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        return self._answer()

    def start(self, nodeid: int) -> None:
        """Boot a node."""
        self.command(f"up {self.partition_of[nodeid]}:{nodeid}")
        self.up.add(nodeid)
        self.settle()

    def down(self, nodeid: int) -> None:
        """Take a node down."""
        self.command(f"down {nodeid}")
        self.up.discard(nodeid)
        self.settle()

    def split(self, groups: list[list[int]]) -> None:
        """Split the network into these groups, which name every node."""
        taken, moves = set(), []
        for group in groups:
            numbers = [self.partition_of[nodeid] for nodeid in group if nodeid in self.up and self.partition_of[nodeid] not in taken]
            number = numbers[0] if numbers else next(n for n in range(100) if n not in taken and n not in self.partition_of.values())
            taken.add(number)
            moved = [nodeid for nodeid in group if nodeid in self.up and self.partition_of[nodeid] != number]
            self.partition_of.update(dict.fromkeys(group, number))
            if moved:
                moves.append(f"{number}:{','.join(map(str, moved))}")
        if moves:
            self.command("split " + " ".join(moves))
        self.settle()

    def heal(self) -> None:
        """One network again."""
        used = sorted({self.partition_of[nodeid] for nodeid in self.up})
        if len(used) > 1:
            self.command("join " + " ".join(map(str, used)))
        self.partition_of = dict.fromkeys(self.partition_of, used[0] if used else 0)
        self.settle()

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises SystemExit after a signal."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            processes.check_ended()
            time.sleep(PAUSE_S)

    def state(self) -> dict[int, tuple]:
        """By node that is up: (quorate, members, ring), as `show` tells it."""
        return {int(node): (quorate == "1", sorted(map(int, nodes.split())), (int(ring), int(seq, 16)))
                for _, node, quorate, ring, seq, nodes in STATUS.findall(self.command("show"))}

    def settle(self) -> dict[int, tuple]:
        """The state once it stands still. Raises VqsimError when it does not."""
        last, alike, end = None, 0, time.monotonic() + SETTLE_TIMEOUT_S
        while time.monotonic() < end:
            now = self.state()
            alike = alike + 1 if now == last else 0
            if alike >= ALIKE and now.keys() == self.up and all(members == self._reachable(node) for node, (_, members, _) in now.items()):
                return now
            last = now
            time.sleep(PAUSE_S)
        raise VqsimError(f"does not settle: {last}")

    def _reachable(self, nodeid):
        return sorted(other for other in self.up if self.partition_of[other] == self.partition_of[nodeid])
