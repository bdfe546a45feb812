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
    runs = [run for run in expanded.read(program, [f"scenarios/{path}.yaml"]) if compare.playable(run) == (run, "")]
    assert runs, "nothing that corosync-vqsim can play"
    for run in runs[:2]:
        assert compare.differences(program, run) == []


def test_what_it_cannot_play_is_told(program):
    for run in expanded.read(program, ["scenarios/reload"]):
        part, why = compare.playable(run)
        assert why and (part is None or len(part["steps"]) < len(run["steps"]))


def test_a_run_is_played_up_to_the_first_step_that_it_does_not_have(program, tmp_path):
    """What is played is the same; where only the start would be left nothing is."""
    text = """
scenario: part
cluster: {nodes: 3}
steps:
  - start: all
  - crash: 3
  - setvotes: {node: 1, client: a, of: 2, votes: 0}
  - heal: all
"""
    path = tmp_path / "part.yaml"
    path.write_text(text, encoding="utf-8")
    part, why = compare.playable(expanded.read(program, [str(path)])[0])
    assert [step["verb"] for step in part["steps"]] == ["start", "crash"] and "change votes" in why
    assert compare.differences(program, part) == []
    path.write_text(text.replace("  - crash: 3\n", ""), encoding="utf-8")
    assert compare.playable(expanded.read(program, [str(path)])[0]) == (None, why)
