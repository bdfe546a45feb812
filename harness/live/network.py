"""The machines and the wires of a cluster: namespaces, bridges and the links between them.

One namespace is the switch: it holds a bridge for each partition and one end of each node's link. Nothing here is
made in the namespace of the caller, and nothing has a name outside its own namespace, so runs cannot meet.
"""

import os
import subprocess

from . import processes

SWITCH_SETUP = "ip link set lo up && echo ready && exec sleep infinity"

# Bind mounts give each node the folders that corosync has compiled in; /proc/PID/root shows them from outside.
NODE_SETUP = """
for pair in run:/run lib:/var/lib/corosync etc:/etc/corosync; do
    mkdir -p "$1/${pair%%:*}" && mount --bind "$1/${pair%%:*}" "${pair#*:}" || exit 1
done
mount -t tmpfs -o size=512m votesim /dev/shm || exit 1
echo 1 2>/dev/null > /proc/sys/net/ipv6/conf/all/disable_ipv6
ip link set lo up && echo ready && exec sleep infinity
"""


class NetworkError(RuntimeError):
    """A namespace or a link could not be made; the text says which command failed and how."""


class Namespace:
    """A network and mount namespace, held by one sleeping process."""

    def __init__(self, setup: str, *arguments: str):
        """Run the shell text `setup` in new namespaces until it prints `ready`. Raises NetworkError."""
        self.holder = processes.spawn(
            ["unshare", "--net", "--mount", "sh", "-c", setup, "sh", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline().strip() != "ready":
            error = self.holder.stderr.read().strip()
            processes.kill(self.holder)
            raise NetworkError(f"namespace: {error or 'the holder ended'}")

    @property
    def pid(self) -> int:
        """The holder's process id."""
        return self.holder.pid

    def enter(self, *argv: str) -> list[str]:
        """The command line that runs `argv` inside."""
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", f"--mount=/proc/{self.pid}/ns/mnt", "--", *argv]

    def path(self, inside: str) -> str:
        """The path by which the caller sees the file `inside` the namespace."""
        return os.path.join(f"/proc/{self.pid}/root", inside.lstrip("/"))

    def run(self, *argv: str, input: str | None = None) -> str:
        """Run `argv` inside to its end; returns its output. Raises NetworkError with its standard error."""
        done = subprocess.run(self.enter(*argv), input=input, capture_output=True, text=True)
        if done.returncode:
            raise NetworkError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def close(self) -> None:
        """Let go of the namespaces; they vanish with the last process inside."""
        processes.kill(self.holder)


def address(index: int) -> str:
    """IPv4 address of the node with this index (from 0)."""
    return f"10.0.{index // 250}.{index % 250 + 1}"


class Network:
    """The switch, and one link from it to each node."""

    def __init__(self):
        """Make the switch with one bridge. Raises NetworkError."""
        self.switch = Namespace(SWITCH_SETUP)
        self.bridges = 0
        self.ports = {}
        self._bridge(0)

    def _ip(self, lines: list[str]) -> None:
        self.switch.run("ip", "-batch", "-", input="".join(line + "\n" for line in lines))

    def _bridge(self, number: int) -> None:
        while self.bridges <= number:
            name = f"part{self.bridges}"
            self._ip([f"link add name {name} type bridge", f"link set {name} up"])
            self.bridges += 1

    def attach(self, node: Namespace, index: int) -> None:
        """Link the node with this index to the first bridge. Raises NetworkError."""
        port = f"port{index}"
        self._ip([f"link add name {port} type veth peer name eth0 netns {node.pid}",
                  f"link set {port} master part0", f"link set {port} up"])
        node.run("ip", "-batch", "-", input=f"addr add {address(index)}/16 dev eth0\nlink set eth0 up\n")
        self.ports[index] = 0

    def partition(self, groups: list[list[int]]) -> None:
        """Give each group of node indices its own bridge; nodes not named share one more. Raises NetworkError."""
        wanted = {index: number for number, group in enumerate(groups) for index in group}
        for index in self.ports:
            wanted.setdefault(index, len(groups))
        self._bridge(max(wanted.values()))
        moves = [index for index in self.ports if self.ports[index] != wanted[index]]
        self._ip([f"link set port{index} master part{wanted[index]}" for index in moves])
        self.ports.update(wanted)

    def group(self, index: int) -> int:
        """Number of the bridge to which this node is linked now."""
        return self.ports[index]

    def close(self) -> None:
        """Take the switch down."""
        self.switch.close()
