"""Builds and runs the Promela model of a cluster (spin/cluster.pml), for `make bench` and test_spin.py.

Both sides search breadth first on one core, to the same number of events, past every breach. Folder: build/spin.
"""

import dataclasses
import os
import re
import subprocess
import tempfile
import threading
import time

from .support import BUILD, ROOT, lock

MODEL = os.path.join(ROOT, "harness/spin/cluster.pml")
FOLDER = os.path.join(BUILD, "spin")
# One process and no never claim: partial order reduction and fairness have nothing to do.
PAN_FLAGS = ["-O2", "-w", "-DBFS", "-DSAFETY", "-DNOREDUCE", "-DNOFAIR", "-DMEMLIM=2048"]


@dataclasses.dataclass(frozen=True)
class Cluster:
    """What is searched. `memory`: the model keeps what the daemons remember beyond what the question needs."""
    nodes: int
    tie_breaker: bool = False
    memory: bool = False

    def name(self) -> str:
        return f"{self.nodes}-nodes{'-tie-breaker' if self.tie_breaker else ''}{'-memory' if self.memory else ''}"


@dataclasses.dataclass(frozen=True)
class Search:
    """What one search did. `breaches`: ways to two quorate components; `shortest`: events of the shortest, 0: none.
    SPIN's transitions are one more for each state at the bound, of which it tries one event."""
    states: int
    transitions: int
    breaches: int
    shortest: int
    exhausted: bool
    seconds: float
    peak_bytes: int


def peak_bytes(pid: int) -> int:
    """Largest resident bytes of a live process so far, since its exec; 0: it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            return next((1024 * int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def measure(command: list[str]) -> tuple[str, int, float, int]:
    """Standard output, exit status, wall seconds and largest resident bytes of a command, run from the root."""
    peak, ended = 0, threading.Event()

    def watch(pid: int) -> None:  # rusage will not do: it counts what this process was when it forked
        nonlocal peak
        while not ended.wait(0.005):
            peak = max(peak, peak_bytes(pid))

    with tempfile.TemporaryFile("w+") as output:
        begin = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.DEVNULL) as child:
            watcher = threading.Thread(target=watch, args=(child.pid,))
            watcher.start()
            child.wait()
        seconds = time.perf_counter() - begin
        ended.set()
        watcher.join()
        output.seek(0)
        return output.read(), child.returncode, seconds, peak


def build(cluster: Cluster) -> str:
    """The path, from the root, of the model's verifier. Raises CalledProcessError."""
    folder = os.path.join(FOLDER, cluster.name())
    program = os.path.join(folder, "pan")
    with lock("spin"):
        if not os.path.exists(program) or os.path.getmtime(program) < max(os.path.getmtime(MODEL), os.path.getmtime(__file__)):
            os.makedirs(folder, exist_ok=True)
            for command in (["spin", "-a", f"-DNODES={cluster.nodes}", f"-DTIE_BREAKER={int(cluster.tie_breaker)}",
                             f"-DMEMORY={int(cluster.memory)}", MODEL], ["gcc", *PAN_FLAGS, "-o", "pan", "pan.c"]):
                subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return os.path.relpath(program, ROOT)


def pan_command(cluster: Cluster, events: int, states: int = 1 << 20) -> list[str]:
    """All sequences of up to `events` events (the model's first step makes the start), with a hash table for `states`."""
    return [build(cluster), "-c0", f"-m{events + 1}", f"-w{max(10, states.bit_length())}"]


def search_model(command: list[str]) -> Search:
    """Run the verifier. Raises ValueError when it did not end as it should."""
    output, status, seconds, peak = measure(command)
    found = re.search(r"errors: (\d+)\n\s+(\d+) states, stored(?:.|\n)*?(\d+) transitions", output)
    if status or not found:
        raise ValueError(f"{' '.join(command)}: {output[-2000:]}")
    breaches, states, transitions = map(int, found.groups())
    depths = [int(depth) for depth in re.findall(r"assertion violated .*\(at depth (\d+)\)", output)]
    return Search(states, transitions, breaches, min(depths, default=0), "max search depth too small" not in output, seconds, peak)


def explore_command(cluster: Cluster, events: int, program: str = "./votesim") -> list[str]:
    """The same of votesim explore, on a scenario file in build/spin."""
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, f"{cluster.nodes}-nodes{'-tie-breaker' if cluster.tie_breaker else ''}.yaml")
    quorum = ", quorum: {auto_tie_breaker: 1}" if cluster.tie_breaker else ""
    with lock("spin"), open(path, "w", encoding="utf-8") as file:
        file.write(f"scenario: explored\ncluster: {{nodes: {cluster.nodes}{quorum}}}\nsteps: [{{start: all}}]\n")
    return [program, "explore", os.path.relpath(path, ROOT), "--depth", str(events)]


def search_world(command: list[str]) -> Search:
    """Run votesim explore. Raises ValueError when it did not end as it should."""
    output, status, seconds, peak = measure(command)
    covered = re.search(r"(\d+) states(?: are all there are)?(?: \(\d+ states)?, (\d+) events tried", output) or \
        re.search(r"\((\d+) states, (\d+) events tried", output)
    if status not in (0, 1) or not covered:
        raise ValueError(f"{' '.join(command)}: {output[-2000:]}")
    breach = re.search(r"At most one component is quorate.*\n.*in (\d+) events?:\n(?:    .*\n)*   then: .*\n(?:   \((\d+) more ways)?", output)
    return Search(int(covered.group(1)), int(covered.group(2)), 1 + int(breach.group(2) or 0) if breach else 0,
                  int(breach.group(1)) if breach else 0, output.startswith("All sequences of events of any length"), seconds, peak)
