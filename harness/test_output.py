"""What people read at a terminal: the words around verdicts, where they stand, and what is left out.

Every scenario here is small and fails, or shows a hazard or nothing, in a known way.
"""

import os
import re
import subprocess

import pytest

from .support import votesim

HEAD = "cluster: {nodes: 2, quorum: {two_node: 1}}\nsteps:\n  - start: all\n"
TRACK = "  - trackstart: {node: 1}\n"
FILES = {
    "fails": HEAD + TRACK + "  - crash: 2\n    expect: {quorate: {1: false}}\n",
    "hazard": HEAD + TRACK + "  - partition: [[1], [2]]\n",
    "vacuous": HEAD + "  - crash: 2\n",
    "inert": HEAD + TRACK + "  - heal: all\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("output")
    for name, text in FILES.items():
        (folder / f"{name}.yaml").write_text(f"scenario: {name}\n{text}")
    return folder


def run(program, folder, *arguments: str, **options):
    return votesim(program, "run", *arguments, cwd=folder, **options)


def test_failed_runs_are_told_once_more_before_the_summary(program, folder):
    lines = run(program, folder, ".").stdout.splitlines()
    assert lines[-2] == "failed  ./fails.yaml: fails"
    assert lines[-1].startswith("4 runs of 4 files: 1 failed, 3 held; ")


def test_a_single_run_is_not_told_twice(program, folder):
    assert run(program, folder, "fails.yaml").stdout.count("failed  ") == 1


def test_many_failed_runs_are_counted(program, folder, tmp_path):
    for i in range(23):
        (tmp_path / f"f{i:02}.yaml").write_text(f"scenario: f{i}\n{FILES['fails']}")
    lines = run(program, tmp_path, ".").stdout.splitlines()
    assert lines[-22] == "failed  ./f00.yaml: f0" and lines[-3] == "failed  ./f19.yaml: f19"
    assert lines[-2] == "failed  and 3 more"
    assert run(program, tmp_path, "-q", ".").stdout.count("\n") == 1


def test_quiet_leaves_what_held_to_the_summary(program, folder):
    done = run(program, folder, "-q", ".")
    assert len(done.stdout.splitlines()) == 1
    for word in ("1 failed", "hazard", "vacuous", "inert"):
        assert word in done.stdout
    assert done.stderr.startswith("FAILED fails\n") and done.stderr.count("FAILED") == 1


def test_a_rule_and_its_source_stand_in_lines_of_their_own(program, folder):
    out = run(program, folder, "hazard.yaml").stdout
    rule, source = re.search(r"^  rule      (.*)\n  source    ((?:.*\n {12})*.*)\n  where", out, re.M).groups()
    assert rule.startswith("I1: At most one component")
    assert source.startswith("votequorum(5): ") and all(len(line) <= 100 for line in source.splitlines())


def test_an_inert_fault_says_which(program, folder):
    assert "inert inert\n" in (out := run(program, folder, "inert.yaml").stdout)
    assert "step 2 (heal)" in out


def test_one_vote_is_there(program, folder):
    assert "came      it is quorate: 1 vote is there, quorum is 1\n" in run(program, folder, "fails.yaml").stderr


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["run", "--help"], ["check", "--help"], ["explore", "-h"],
                                   ["bench", "--help"], ["explain", "--help"]], ids=" ".join)
def test_help_is_given_to_whoever_asks_and_fits_80_columns(program, words):
    done = votesim(program, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


@pytest.mark.parametrize("surroundings, escapes", [({"TERM": "xterm"}, b"\033[31m"), ({"TERM": "xterm", "NO_COLOR": "1"}, b""),
                                                   ({"TERM": "dumb"}, b""), ({"TERM": "xterm", "NO_COLOR": ""}, b"\033[31m")])
def test_colour_on_terminals_that_have_it(program, folder, surroundings, escapes):
    """On a pseudo-terminal of script(1); a dumb one gets no escape sequence at all."""
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")} | surroundings
    done = subprocess.run(["script", "-qec", f"{program} run fails.yaml vacuous.yaml", "/dev/null"], cwd=folder, env=environment,
                          capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
    assert done.returncode == 1
    assert (escapes in done.stdout) if escapes else b"\033[3" not in done.stdout
    if surroundings["TERM"] == "dumb":
        assert b"\033" not in done.stdout
