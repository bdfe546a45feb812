"""A cluster of real corosync daemons, one for each namespace.

    with Cluster([1, 2, 3], Configuration(...)) as cluster:
        cluster.start(1)
"""

import glob
import os
import shutil
import signal
import subprocess

from . import client, cuts, processes
from .network import NODE_SETUP, Namespace, Network, address
from .wire import Wire

TOKEN_MS = 600
MILLION = 1000000
STOP_TIMEOUT_S = 20
TOOL_TIMEOUT_S = 10
STATE = "/var/lib/corosync"
LOG = "/var/lib/corosync/corosync.log"
ERRORS = "/var/lib/corosync/stderr"
TRACKING_FILE = "/var/lib/corosync/ev_tracking"


class Build:
    """A build of corosync: the daemon, and what belongs to it when it lies in a tree of its own, as in an unpacked package."""

    def __init__(self, path: str = "corosync"):
        """`path`: a program on the PATH, or a file."""
        self.path = os.path.abspath(path) if os.sep in path else path
        self.environment = {}
        folder = os.path.dirname(self.path)
        libraries = [library for depth in ("", "*") for library in glob.glob(os.path.join(folder, "..", "lib", depth, "libcorosync_common.so*"))]
        if folder and libraries:
            self.environment["LD_LIBRARY_PATH"] = ":".join(sorted({os.path.dirname(os.path.realpath(library)) for library in libraries}))

    def exists(self) -> bool:
        """Is there such a program?"""
        return shutil.which(self.path) is not None

    def version(self) -> str:
        """Its own words, and where it is when that is not the PATH. Raises CalledProcessError."""
        done = subprocess.run([self.path, "-v"], env={**os.environ, **self.environment}, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0].strip() + (f" ({self.path})" if os.sep in self.path else "")

    def run(self, *argv: str, **environment: str) -> list[str]:
        """The command line that runs `argv` with this build's libraries and more `environment`."""
        return ["env", *(f"{key}={value}" for key, value in {**self.environment, **environment}.items()), *argv]

    def command(self, name: str, **environment: str) -> list[str]:
        """The command line that runs this build's program `name`, the machine's where it has none."""
        beside = os.path.join(os.path.dirname(self.path), name)
        program = self.path if name == "corosync" else beside if os.path.dirname(self.path) and os.path.exists(beside) else name
        return self.run(program, **environment)


class Configuration:
    """What a corosync.conf says: its nodes and the lines of its quorum section."""

    def __init__(self, nodes: list[dict], quorum: list[str], *, token_ms: int = TOKEN_MS, totem: list[str] = (),
                 debug: bool = False):
        """`nodes`: {"id": int, "votes": int or absent}, in nodelist order; none: the file has no nodelist.
        `totem`: more lines of its totem section."""
        self.nodes = [dict(node) for node in nodes]
        self.quorum = list(quorum)
        self.token_ms = token_ms
        self.totem = list(totem)
        self.debug = debug

    def text(self, indices: dict[int, int]) -> str:
        """The file, the same for every node; `indices` maps node ids to address indices."""
        totem = ["version: 2", "cluster_name: votesim", "secauth: off", "transport: udpu", f"token: {self.token_ms}",
                 *self.totem]
        sections = [("totem", totem), ("quorum", ["provider: corosync_votequorum", *self.quorum])]
        logging = [f"logfile: {LOG}", "to_logfile: yes", "to_syslog: no", "to_stderr: no", "timestamp: hires"]
        if self.debug:
            logging += ["debug: on"]
        # Its cgroup is the host's matter.
        sections += [("logging", logging), ("system", ["move_to_root_cgroup: no"])]
        if self.nodes:
            lines = []
            for node in self.nodes:
                lines += ["node {", f"  nodeid: {node['id']}", f"  ring0_addr: {address(indices[node['id']])}"]
                lines += [f"  quorum_votes: {node['votes']}"] if node.get("votes") is not None else []
                lines += ["}"]
            sections += [("nodelist", lines)]
        return "\n".join(f"{name} {{\n" + "".join(f"  {line}\n" for line in body) + "}\n" for name, body in sections)


class Node:
    """One machine: its namespaces, its folders, its daemon if that runs."""

    def __init__(self, nodeid: int, index: int, folder: str):
        self.nodeid = nodeid
        self.index = index
        self.folder = folder
        self.namespace = Namespace(NODE_SETUP, folder)
        self.daemon = None
        self.paused = False
        self.ever_paused = False
        self.stopping = False
        self.environment = {}

    def path(self, inside: str) -> str:
        """Where the caller finds this node's file `inside`."""
        return self.namespace.path(inside)

    def log(self) -> str:
        """What its daemons have logged and said so far; empty when nothing."""
        text = ""
        for name in (LOG, ERRORS):
            try:
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    text += file.read()
            except FileNotFoundError:
                pass
        return text


class Cluster:
    """Nodes, wires and daemons. Use it as a context manager: leaving it takes everything down."""

    def __init__(self, ids: list[int], configuration: Configuration, build: Build | None = None, environment: dict | None = None,
                 wire: dict | None = None):
        """Make machines for `ids` (none started), all on one network. `build`: the machine's when None; `environment`: what it
        gets beside the caller's; `wire`: the network is a wire.Wire, on which every path is so. Raises NetworkError, CalledProcessError."""
        self.folder = processes.make_folder()
        self.nodes = {}
        self.network = None
        self.configuration = configuration
        self.build = build or Build()
        self.environment = dict(environment or {})
        self.cut = set()
        self.listed = {}
        self.dropped = set()
        try:
            self.client_program = client.build(self.folder)
            self.network = Network() if wire is None else Wire(self.folder, **wire)
            for index, nodeid in enumerate(ids):
                node = Node(nodeid, index, os.path.join(self.folder, f"node{nodeid}"))
                self.nodes[nodeid] = node
                self.network.attach(node.namespace, index)
            if wire is not None:
                self.network.connect()
            self.configure(configuration)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        """Kill the daemons, and remove namespaces and folders. May be called twice."""
        for node in self.nodes.values():
            if node.daemon:
                processes.kill(node.daemon)
            node.namespace.close()
        self.nodes = {}
        if self.network:
            self.network.close()
            self.network = None
        processes.remove_folder(self.folder)

    def configure(self, configuration: Configuration, ids: list[int] | None = None) -> None:
        """Write `configuration` on the nodes `ids` (all when None). Daemons see it at their start or at a reload."""
        indices = {nodeid: node.index for nodeid, node in self.nodes.items()}
        for nodeid in ids if ids is not None else self.nodes:
            with open(self.nodes[nodeid].path("/etc/corosync/corosync.conf"), "w", encoding="utf-8") as file:
                file.write(configuration.text(indices))
            self.listed[nodeid] = {node["id"] for node in configuration.nodes}
        self.configuration = configuration

    def running(self) -> list[int]:
        """Ids of the nodes whose daemon has been started and not been seen to end, paused ones included."""
        return [nodeid for nodeid, node in self.nodes.items() if node.daemon]

    def reachable(self, nodeid: int) -> list[int]:
        """Ids of running, unpaused nodes on the network of `nodeid`, ascending, whatever single directions are cut."""
        group = self.network.group(self.nodes[nodeid].index)
        return sorted(other for other in self.running()
                      if other not in self.dropped and not self.nodes[other].paused and self.network.group(self.nodes[other].index) == group)

    def settled_ring(self, nodeid: int, ring: list[int] | None) -> tuple[list[int] | None, bool]:
        """(The members of the ring that this node comes to, None: it is told of none; does it form that ring again and again?).
        `ring`: that on which it is."""
        if nodeid in self.dropped:
            return None, False
        return cuts.settled_ring(self.reachable(nodeid), self.cut, nodeid, ring)

    def start(self, nodeid: int) -> None:
        """Start the daemon; what a reboot would lose is lost first. Raises ValueError when it runs."""
        node = self.nodes[nodeid]
        if node.daemon:
            raise ValueError(f"node {nodeid} is running")
        for folder in ("/dev/shm", "/run"):
            for name in os.listdir(node.path(folder)):
                path = os.path.join(node.path(folder), name)
                shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        node.stopping = False
        self.dropped.discard(nodeid)
        # What is wrong with the file is said on standard error, before there is a log.
        with open(node.path(ERRORS), "a", encoding="utf-8") as errors:
            node.daemon = processes.spawn(
                node.namespace.enter(*self.build.command("corosync", **{**self.environment, **node.environment}), "-f"),
                stdout=subprocess.DEVNULL, stderr=errors)

    def dead(self) -> list[tuple[int, int]]:
        """Daemons that ended by themselves since the last call: (node id, exit status or minus signal)."""
        ended = []
        for nodeid, node in self.nodes.items():
            if node.daemon and node.daemon.poll() is not None:
                ended += [] if node.stopping else [(nodeid, node.daemon.returncode)]
                node.daemon, node.paused = None, False
        return ended

    def stop(self, nodeid: int) -> None:
        """Clean shutdown by SIGTERM, waited for. Raises subprocess.TimeoutExpired after 20 s."""
        self._end(nodeid, signal.SIGTERM)

    def crash(self, nodeid: int) -> None:
        """SIGKILL; what is on disk stays."""
        self._end(nodeid, signal.SIGKILL)

    def _end(self, nodeid: int, how: signal.Signals) -> None:
        if not self.nodes[nodeid].daemon:
            raise ValueError(f"node {nodeid} is not running")
        self.end([nodeid], how)

    def end(self, ids: list[int], how: signal.Signals) -> None:
        """Send SIGTERM or SIGKILL to all of `ids` that run, then wait for them; not for a paused one that is to stop,
        which ends some time after it is resumed. Raises subprocess.TimeoutExpired after 20 s."""
        ending = [self.nodes[nodeid] for nodeid in ids if self.nodes[nodeid].daemon]
        for node in ending:
            node.daemon.send_signal(how)
        for node in ending:
            if node.paused and how == signal.SIGTERM:
                node.stopping = True
                continue
            node.daemon.wait(STOP_TIMEOUT_S)
            node.daemon, node.paused = None, False

    def store(self, nodeid: int, content: bytes) -> None:
        """Write the file of tracked expected votes."""
        with open(self.nodes[nodeid].path(TRACKING_FILE), "wb") as file:
            file.write(content)

    def wipe(self, nodeid: int) -> None:
        """Lose what a node has on its disk, logs aside."""
        folder = self.nodes[nodeid].path(STATE)
        for name in os.listdir(folder):
            if os.path.join(STATE, name) not in (LOG, ERRORS):
                os.unlink(os.path.join(folder, name))

    def pause(self, nodeid: int) -> None:
        """SIGSTOP: the daemon is no longer scheduled."""
        self.nodes[nodeid].daemon.send_signal(signal.SIGSTOP)
        self.nodes[nodeid].paused = self.nodes[nodeid].ever_paused = True

    def resume(self, nodeid: int) -> None:
        """SIGCONT after `pause`."""
        self.nodes[nodeid].daemon.send_signal(signal.SIGCONT)
        self.nodes[nodeid].paused = False

    def partition(self, groups: list[list[int]]) -> None:
        """Split the network into these groups of node ids; nodes not named form one more."""
        self.network.partition([[self.nodes[nodeid].index for nodeid in group] for group in groups])

    def heal(self) -> None:
        """One network again, every link whole."""
        self.network.partition([list(node.index for node in self.nodes.values())])
        if isinstance(self.network, Wire):
            self.network.mend()
        self.cut = set()

    def link(self, source: int, target: int, **changes) -> None:
        """What becomes of packets from one node to another: keys of wire.WHOLE. Raises NetworkError."""
        self.network.link(self.nodes[source].index, self.nodes[target].index, **changes)
        how = self.network.special[self.nodes[source].index, self.nodes[target].index]
        lost = not how["up"] or how["loss_ppm"] == MILLION
        (self.cut.add if lost else self.cut.discard)((source, target))

    def drop(self, ids: list[int]) -> None:
        """Take note that those of `ids` whose own file, which they have just read, does not list them are out of totem."""
        self.dropped |= {nodeid for nodeid in ids if not self.stays(nodeid)}

    def stays(self, nodeid: int) -> bool:
        """Does the node's own file list it, or nobody?"""
        return not self.listed[nodeid] or nodeid in self.listed[nodeid]

    def reload(self, nodeid: int) -> str:
        """`corosync-cfgtool -R` on one node, which makes every node it reaches read its file; returns what it printed."""
        tool = processes.spawn(self.nodes[nodeid].namespace.enter(*self.build.command("corosync-cfgtool"), "-R"),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            return tool.communicate(timeout=TOOL_TIMEOUT_S)[0].strip()
        except subprocess.TimeoutExpired:
            return "error: no answer"
        finally:
            processes.kill(tool)

    def set_key(self, nodeid: int, key: str, kind: str, value: str) -> None:
        """Set a cmap key at one node. Raises NetworkError when corosync-cmapctl fails."""
        self.nodes[nodeid].namespace.run(*self.build.command("corosync-cmapctl"), "-s", key, kind, str(value))

    def connect(self, nodeid: int, wait_ms: int = 0) -> client.Client:
        """A new library connection to a node's daemon; `wait_ms` is how long to try. Its first object is the answer."""
        return self.run_client(nodeid, str(wait_ms))

    def run_client(self, nodeid: int, *arguments: str) -> client.Client:
        """A process of client.c on a node, with these arguments."""
        return client.Client(self.build.run(self.client_program), self.nodes[nodeid].namespace, *arguments)
