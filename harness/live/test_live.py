"""How: real clusters, small and few. Skipped in one line where they cannot run."""

import json
import os

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
