"""The canary: cores broken on purpose must make `votesim run` fail, or a green run means nothing.

All of harness/mutants/ is for `make mutants`; these few run every time, and every patch must still apply.
"""

import pytest

from . import mutants
from .support import make, votesim

CANARIES = ["history-06-old-member-list", "history-16-two-node-without-wfa", "history-43-tie-breaker-against-a-majority", "quorum-is-half"]


@pytest.mark.parametrize("name", CANARIES)
def test_a_broken_core_makes_the_library_fail(name):
    make("all")
    folder = mutants.build(name)
    run = votesim(f"{folder}/votesim", "run", "scenarios/")
    assert run.returncode == 1, run.stdout[-2000:] + run.stderr[-2000:]
    assert "expected" in run.stderr.lower()


@pytest.mark.parametrize("name", mutants.names())
def test_every_mutant_applies_and_compiles(name):
    make("all")
    mutants.build(name)
