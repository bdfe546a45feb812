"""How: real clusters, small and few. Skipped in one line where they cannot run."""

import json
import os
import subprocess
import sys

import pytest

from harness.live import compare, processes, recorder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHOWN = os.path.join(ROOT, "harness", "truth", "shown.jsonl")

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


def test_another_outcome_that_is_known_is_no_difference(tmp_path):
    """What comes is not what the file has, but what a file beside it has; without that file it is a difference."""
    known = shown("single-node")
    cases, beside = tmp_path / "cases.jsonl", tmp_path / "outcomes.jsonl"
    cases.write_text(json.dumps({"case": known["case"], "events": known["events"][:-1]}) + "\n")
    beside.write_text(json.dumps(known) + "\n")
    command = [sys.executable, "-m", "harness.live.record", str(cases), "-o", str(tmp_path / "out"), "--compare"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "as another recording of it" in done.stderr) == (0, True), done.stderr
    assert len(json.loads((tmp_path / "out").read_text())["events"]) == len(known["events"])
    beside.unlink()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, "from the file" in done.stderr) == (1, True), done.stderr
