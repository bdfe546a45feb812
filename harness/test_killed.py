"""How: runs on real daemons, recordings of them and runs on corosync-vqsim are ended at ten random moments each, from set-up to tear-down, by SIGINT,
SIGTERM and SIGKILL in turn. Whatever belongs to a run has a mark in its environment, and makes folders in a directory
of its own: so nothing is overlooked, and other runs on the machine do not disturb. Skipped in one line where they cannot run.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from harness.live import processes
from harness.support import ROOT
from harness.vqsim import ground

MARK = "VOTESIM_TEST_MARK"
MOMENTS = 10
SEED = 20261122
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL]
GONE_TIMEOUT_S = 2.5  # for what the kernel kills once the harness is dead; runs would last longer
ENDED_TIMEOUT_S = 40.0
SCENARIOS = """
scenario: two
cluster: {nodes: 2, quorum: {two_node: 1, wait_for_all: 0}}
totem: {token: 1s, token_coefficient: 0ms}
steps:
  - start: {nodes: all, together: true}
  - trackstart: {node: 1, client: a}
  - partition: [[1], [2]]
---
scenario: one
cluster: {nodes: 1}
steps:
  - start: all
  - trackstart: {node: 1, client: a}
"""
CASE = {"name": "two", "nodes": 2, "quorum": [], "steps": [["startall", 1, 2], ["track", 1, "a", 0, 2], ["quick", ["crash", 2]]]}
GROUNDS = {  # a name to: the command, its input, why it cannot run
    "live": (["harness.conform", "-j", "2", "--seconds", "5"], SCENARIOS, processes.why_unavailable()),
    "record": (["harness.live.record", "-o", os.devnull], json.dumps(CASE), processes.why_unavailable()),
    "vqsim": (["harness.vqsim.compare"], SCENARIOS, ground.why_unavailable()),
}
FOLDERS = ["/dev/shm", "/run", "/run/netns", "/var/lib/corosync", "/var/log/corosync", "/etc/corosync"]
OF_CLUSTERS = ("qb-", "corosync", "votesim")  # in folders that are others', too


def marked(mark: str) -> dict[int, str]:
    """Processes that have the mark, by number: their names. Zombies have neither environment nor anything else."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as environ, open(f"/proc/{pid}/comm", encoding="utf-8") as comm:
                if f"{MARK}={mark}".encode() in environ.read().split(b"\0"):
                    found[int(pid)] = comm.read().strip()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass
    return found


def namespaces(pids) -> set[tuple[str, int]]:
    """Network, mount and process namespaces that these processes are in, the host's own aside."""
    found = set()
    for pid in pids:
        for kind in ("net", "mnt", "pid"):
            try:
                here = os.stat(f"/proc/{pid}/ns/{kind}").st_ino
            except OSError:
                continue
            if here != os.stat(f"/proc/self/ns/{kind}").st_ino:
                found.add((kind, here))
    return found


def inhabitants(spaces: set[tuple[str, int]], before_ticks: int) -> list[int]:
    """Processes in these namespaces that are older than a moment: a number of a namespace may be another's later."""
    pids = [int(pid) for pid in os.listdir("/proc") if pid.isdigit()]
    return [pid for pid in pids if namespaces([pid]) & spaces and (processes.birth(pid) or before_ticks) < before_ticks]


def host(folder) -> dict:
    """What a run could leave on the host: links, mounts, files."""
    links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=False).stdout.splitlines()
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        ours = [line for line in mounts if "votesim" in line or "nsfs" in line]
    files = {path: sorted(name for name in os.listdir(path) if path not in ("/dev/shm", "/run") or name.startswith(OF_CLUSTERS))
             for path in FOLDERS if os.path.isdir(path)}
    return {"links": [line.split(":")[1].strip() for line in links], "mounts": ours, "files": files, "folder": sorted(os.listdir(folder))}


def ticks_now() -> int:
    """The time as processes.birth counts it."""
    with open("/proc/uptime", encoding="ascii") as uptime:
        return int(float(uptime.read().split()[0]) * os.sysconf("SC_CLK_TCK"))


class Run:
    """The harness on one ground, as a process of its own."""

    def __init__(self, kind: str, tmp_path, mark: str):
        command, text, _ = GROUNDS[kind]
        path = tmp_path / "input.yaml"
        path.write_text(text, encoding="utf-8")
        self.folder = tmp_path / "tmp"
        self.folder.mkdir(exist_ok=True)
        self.environment = {**os.environ, MARK: mark, "TMPDIR": str(self.folder), "VOTESIM": os.path.join(ROOT, "votesim")}
        self.command = [sys.executable, "-m", *command, str(path)]

    def begin(self) -> subprocess.Popen:
        """Start it."""
        return subprocess.Popen(self.command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                start_new_session=True)

    def clean(self) -> None:
        """What the next run begins with."""
        subprocess.run([sys.executable, "-m", "harness.live.cleanup"], cwd=ROOT, env=self.environment, check=True, capture_output=True)


def gone(mark: str, within_s: float) -> dict[int, str]:
    """What still has the mark after at most this long."""
    end = time.monotonic() + within_s
    while (left := marked(mark)) and time.monotonic() < end:
        time.sleep(0.02)
    return left


@pytest.mark.parametrize("kind", GROUNDS)
def test_a_run_that_is_ended_at_any_moment_leaves_nothing(program, kind, tmp_path):
    if GROUNDS[kind][2]:
        pytest.skip(GROUNDS[kind][2])
    # Each moment lies in its own tenth of a run.
    chance = random.Random(SEED)
    run = Run(kind, tmp_path, f"{kind}-{os.getpid()}")
    mark = run.environment[MARK]
    before = host(run.folder)
    begin = time.monotonic()
    whole = run.begin()
    assert whole.wait(120) == 0, whole.stderr.read()
    lasts_s = time.monotonic() - begin
    assert gone(mark, 0) == {} and host(run.folder) == before, "a run that ends by itself leaves something"
    seen = set()
    for number in range(MOMENTS):
        how = SIGNALS[number % len(SIGNALS)]
        after_s = (number + chance.random()) / MOMENTS * lasts_s
        what = f"{how.name} after {after_s:.2f} s of {lasts_s:.2f} s"
        harness = run.begin()
        time.sleep(after_s)
        there = marked(mark)
        spaces, moment = namespaces(there), ticks_now()
        seen |= set(there.values())
        harness.send_signal(how)
        harness.wait(ENDED_TIMEOUT_S)
        left = gone(mark, GONE_TIMEOUT_S if how == signal.SIGKILL else 0.5)
        assert left == {}, f"{what}: {left} live on"
        assert inhabitants(spaces, moment) == [], f"{what}: namespaces live on"
        if how == signal.SIGKILL:
            run.clean()
        assert host(run.folder) == before, what
    assert seen & {"corosync", "corosync-vqsim"}, f"none of {seen} is corosync: the moments prove nothing"
    shutil.rmtree(run.folder)
