"""Fixtures: votesim, built once however many workers run."""

import os

import pytest

from . import support


@pytest.fixture(scope="session")
def program() -> str:
    """The path of votesim as users have it; of another build where the environment says VOTESIM (coverage does)."""
    if "VOTESIM" in os.environ:
        return os.environ["VOTESIM"]
    support.make("all")
    return os.path.join(support.ROOT, "votesim")


def pytest_terminal_summary(terminalreporter):
    """Say at the end, in a line each, what was not tested."""
    for reason in sorted({str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}):
        terminalreporter.write_line(f"NOT TESTED: {reason}", yellow=True)
