"""The canary: cores broken on purpose must make `votesim run` fail, or a green run means nothing.

All of harness/mutants/ is for `make mutants`; these few run every time, and every patch must still apply.
"""

import pytest

from . import mutants
from .support import make, votesim

# One tells a wrong list, one lets both halves of a cluster act, one tells too much, one counts wrongly.
CANARIES = ["history-06-old-member-list", "history-16-two-node-without-wfa", "history-44-callback-for-each-nodeinfo", "quorum-is-half"]


@pytest.mark.parametrize("name", CANARIES)
def test_a_broken_core_makes_the_library_fail(name):
    make("all")
    folder = mutants.build(name)
    run = votesim(f"{folder}/votesim", "run", "scenarios/")
    assert run.returncode == 1, run.stdout[-2000:] + run.stderr[-2000:]
    assert "expected" in run.stderr.lower()


def test_every_patch_still_applies():
    """What no longer applies says nothing about the core as it is."""
    assert mutants.names()
    for name in mutants.names():
        mutants.apply(name)
