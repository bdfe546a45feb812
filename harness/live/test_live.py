"""How: real clusters, small and few. Skipped in one line where they cannot run."""

import json
import os
import subprocess
import sys
import time

import pytest

from harness.live import compare, late, processes, recorder

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHOWN = os.path.join(ROOT, "harness", "truth", "shown.jsonl")

pytestmark = pytest.mark.skipif(processes.why_unavailable() is not None, reason=processes.why_unavailable() or "")


def shown(name):
    with open(SHOWN, encoding="utf-8") as file:
        return next(entry for entry in map(json.loads, file) if entry["case"]["name"] == name)


@pytest.mark.parametrize("name", ["single-node", "two-node", "refuse-atb-lms-odd", "qdevice-api-errors"])
def test_records_what_was_recorded_before(name):
    known = shown(name)

    def attempt():
        with processes.held(), recorder.Recorder(known["case"]) as ground:
            events = ground.run()
            return ground.late_s, "\n".join([*compare.differences(known["events"], events), *map(str, ground.complaints)])
    late.judged(attempt)


def attempts(*measured):
    """An attempt that comes out wrong each time and is so late, and how often it was made."""
    made = []

    def attempt():
        made.append(measured[len(made)])
        return made[-1], "wrong"
    return attempt, made


def test_a_difference_on_a_machine_on_time_fails_at_once(monkeypatch):
    monkeypatch.setattr(late.Watch, "_nap", lambda self: None)
    attempt, made = attempts(0.0, 1.0)
    with pytest.raises(AssertionError, match="wrong"):
        late.judged(attempt)
    assert made == [0.0]
    attempt, made = attempts(1.0, 0.0)
    with pytest.raises(AssertionError, match="wrong"):
        late.judged(attempt)
    assert made == [1.0, 0.0]


def test_a_machine_that_is_always_late_judges_nothing():
    attempt, made = attempts(0.5, 0.7, 0.6)
    with pytest.raises(pytest.skip.Exception, match="500 ms, 700 ms, 600 ms"):
        late.judged(attempt)
    assert len(made) == late.TIMES


def test_a_late_machine_is_seen():
    with late.Watch() as watch:
        time.sleep(0.02)
        on_time_s = watch.late_s
        busy, switch = time.monotonic() + 0.3, sys.getswitchinterval()
        sys.setswitchinterval(1)  # this thread keeps the others from running
        while time.monotonic() < busy:
            pass
        sys.setswitchinterval(switch)
        time.sleep(0.02)
    assert watch.late_s > max(0.1, on_time_s)


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
