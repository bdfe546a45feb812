"""How: what corosync-vqsim can do of one scenario for each theme it has. Skipped in one line where it cannot run."""

import subprocess
import time

import pytest

from harness import expanded
from harness.live.cluster import Configuration
from harness.vqsim import compare, ground

pytestmark = pytest.mark.skipif(ground.why_unavailable() is not None, reason=ground.why_unavailable() or "")


def of_vqsim() -> set[str]:
    """Process numbers of every corosync-vqsim on this machine."""
    return set(subprocess.run(["pgrep", "-f", "^corosync-vqsim"], capture_output=True, text=True, check=False).stdout.split())


def test_no_process_outlives_it():
    before = of_vqsim()
    with ground.Vqsim(Configuration([{"id": 1}, {"id": 2}, {"id": 3}], []), all_up=True):
        assert len(of_vqsim() - before) >= 3
    end = time.monotonic() + 10
    while of_vqsim() - before and time.monotonic() < end:
        time.sleep(0.05)
    assert of_vqsim() - before == set()


@pytest.mark.parametrize("path", ["partitions/minority-loses-quorum", "partitions/even-split", "partitions/three-way-split",
                                  "partitions/cascade-of-crashes"])
def test_it_is_as_in_the_simulator(program, path):
    runs = [run for run in expanded.read(program, [f"scenarios/{path}.yaml"]) if compare.why_not(run) is None]
    assert runs, "nothing that corosync-vqsim can play"
    for run in runs[:2]:
        assert compare.differences(program, run) == []


def test_what_it_cannot_play_is_told(program):
    reasons = [compare.why_not(run) for run in expanded.read(program, ["scenarios/reload"])]
    assert all(reasons)
