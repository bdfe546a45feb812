"""A network that can be slow, lossy and cut in single directions: bridges are replaced by the process of wire.c.

It has the interface of network.Network, and what that cannot do.
"""

import os
import subprocess

from . import processes
from .network import SWITCH_SETUP, Namespace, NetworkError, address

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wire.c")
WHOLE = {"up": True, "latency_us": 0, "jitter_us": 0, "loss_ppm": 0}


class Wire:
    """The switch, and one link from it to each node. Attach all nodes, then `connect`."""

    def __init__(self, folder: str, **usual: int):
        """Make the switch; the program is built in `folder`. `usual`: what differs from WHOLE for each path. Raises
        NetworkError, subprocess.CalledProcessError."""
        self.program = os.path.join(folder, "wire")
        subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-o", self.program, SOURCE], check=True, env={**os.environ, "TMPDIR": folder})
        self.usual = {**WHOLE, **usual}
        self.groups = {}
        self.special = {}
        self.process = None
        self.switch = Namespace(SWITCH_SETUP)

    def attach(self, node: Namespace, index: int) -> None:
        """Link the node with this index (from 0, without gaps) to the switch. Raises NetworkError."""
        port = f"port{index}"
        self.switch.run("ip", "-batch", "-", input=f"link add name {port} type veth peer name eth0 netns {node.pid}\nlink set {port} up\n")
        node.run("ip", "-batch", "-", input=f"addr add {address(index)}/16 dev eth0\nlink set eth0 up\n")
        self.groups[index] = 0

    def connect(self) -> None:
        """Begin to hand packets over. Raises NetworkError."""
        ports = [f"{address(index)}=port{index}" for index in sorted(self.groups)]
        self.process = processes.spawn(self.switch.enter(self.program, *ports), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()
        self._tell([self._line(one, other) for one in self.groups for other in self.groups])

    def partition(self, groups: list[list[int]]) -> None:
        """Nodes of one group of indices reach each other; nodes not named form one more. Raises NetworkError."""
        wanted = {index: number for number, group in enumerate(groups) for index in group}
        self.groups = {index: wanted.get(index, len(groups)) for index in self.groups}
        self._tell([f"group {index} {group}" for index, group in self.groups.items()])

    def group(self, index: int) -> int:
        """Number of the group to which this node belongs now."""
        return self.groups[index]

    def link(self, source: int, target: int, **changes) -> None:
        """Change keys of WHOLE for one direction of one path. Raises NetworkError."""
        self.special.setdefault((source, target), dict(self.usual)).update(changes)
        self._tell([self._line(source, target)])

    def mend(self) -> None:
        """Undo every `link`. Raises NetworkError."""
        pairs, self.special = list(self.special), {}
        self._tell([self._line(*pair) for pair in pairs])

    def close(self) -> None:
        """Take it down."""
        if self.process:
            processes.kill(self.process)
        self.switch.close()

    def _line(self, source, target):
        how = self.special.get((source, target), self.usual)
        return f"link {source} {target} {int(how['up'])} {how['latency_us']} {how['jitter_us']} {how['loss_ppm']}"

    def _tell(self, lines):
        for line in lines:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            self._answer()

    def _answer(self):
        if self.process.stdout.readline().strip() != "ok":
            raise NetworkError("the wire does not obey")
