"""How: real clusters, small and few. Skipped in one line where they cannot run."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from harness.live import cleanup, compare, processes, recorder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHOWN = os.path.join(ROOT, "harness", "truth", "shown.jsonl")
LONG_CASE = {"name": "long", "nodes": 2, "quorum": [], "steps": [["start", 1, 2], ["wait", 60000]]}

pytestmark = pytest.mark.skipif(processes.why_unavailable() is not None, reason=processes.why_unavailable() or "")


def shown(name):
    with open(SHOWN, encoding="utf-8") as file:
        return next(entry for entry in map(json.loads, file) if entry["case"]["name"] == name)


@pytest.mark.parametrize("name", ["single-node", "two-node", "refuse-atb-lms-odd", "qdevice-api-errors"])
def test_records_what_was_recorded_before(name):
    known = shown(name)
    assert compare.differences(known["events"], recorder.record(known["case"])["events"]) == []


def test_a_node_that_is_refused_says_why():
    events = recorder.record(shown("refuse-two-node-and-device")["case"])["events"]
    assert any("two_node and quorum device" in line for line in events[-1]["log"])


def begin_long_run(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps(LONG_CASE) + "\n")
    run = subprocess.Popen([sys.executable, "-m", "harness.live.record", str(cases), "-o", str(tmp_path / "out")], cwd=ROOT)
    deadline = time.monotonic() + 20
    while len(daemons_below(run.pid)) < 2:
        assert time.monotonic() < deadline, "no daemons came"
        time.sleep(0.1)
    return run


def daemons_below(pid):
    """Process ids of corosync daemons among the descendants of `pid`."""
    found, waiting = [], [pid]
    while waiting:
        try:
            with open(f"/proc/{(parent := waiting.pop())}/task/{parent}/children", encoding="ascii") as children:
                for child in map(int, children.read().split()):
                    waiting.append(child)
                    with open(f"/proc/{child}/comm", encoding="ascii") as comm:
                        found += [child] if comm.read().strip() == "corosync" else []
        except FileNotFoundError:
            pass
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_run_that_is_ended(how, tmp_path):
    run = begin_long_run(tmp_path)
    daemons = daemons_below(run.pid)
    run.send_signal(how)
    run.wait(40)
    deadline = time.monotonic() + 10
    while any(processes.birth(pid) for pid in daemons):
        assert time.monotonic() < deadline, "daemons live on"
        time.sleep(0.1)
    cleanup.clean()
    assert cleanup.abandoned() == []
