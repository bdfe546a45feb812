"""Scenarios that nobody wrote (harness/wild): that drawing is deterministic and sensible, that what is drawn can be said in
a scenario, that recordings are judged as they should be, and that a broken core is caught by them. One is played on real daemons.

The recordings are harness/truth/wild.jsonl, which test_truth.py holds the simulator against as it does all others.
"""

import copy
import json
import os
import subprocess
import sys

import pytest

from . import mutants
from . import truth_to_scenario as truth
from .live import processes
from .support import ROOT, votesim
from .wild import draw, judge, play, shrink

RECORDED = truth.read(os.path.join(ROOT, "harness", "truth", "wild.jsonl"))
LIVE = pytest.mark.skipif(processes.why_unavailable() is not None, reason=processes.why_unavailable() or "")
DRAWN = 300
# Broken cores that recordings drawn at random are to catch: one counts wrongly, one forgets, one tells too little.
CAUGHT = ["quorum-is-half", "dead-are-forgotten", "history-09-no-callback-when-quorate-stays"]


def wild(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "harness.wild", *arguments], cwd=ROOT, capture_output=True, text=True)


def words(case: dict) -> set[str]:
    """The verbs and commands of a case."""
    steps = [step[1] if step[0] == "quick" else step for step in case["steps"]]
    return {step[3].split()[0] if step[0] == "cmd" else step[0] for step in steps}


# ---- drawing -----------------------------------------------------------------------

def test_the_same_numbers_draw_the_same_cases():
    once = wild("--draw", "--seed", "7", "--from", "2", "--count", "3")
    assert once.returncode == 0 and once.stdout == wild("--draw", "--seed", "7", "--from", "2", "--count", "3").stdout
    cases = [json.loads(line) for line in once.stdout.splitlines()]
    assert cases == [draw.case(7, number) for number in (2, 3, 4)]
    assert len({json.dumps({**draw.case(seed, 2), "name": ""}) for seed in range(20)}) == 20


def test_the_nodes_are_as_many_as_asked_for():
    assert {len(draw.case(1, number, 2, 3)["nodes"]) for number in range(60)} == {2, 3}
    assert {len(draw.case(1, number, 4, 4)["nodes"]) for number in range(60)} == {4}


def test_every_kind_of_step_and_of_cluster_is_drawn():
    cases = [draw.case(3, number) for number in range(DRAWN)]
    assert set.union(*map(words, cases)) >= {
        "start", "startall", "stop", "crash", "split", "heal", "pause", "wait", "votes", "conf", "nodes", "reload", "cmap", "store", "track",
        "getinfo", "setvotes", "setexpected", "fini", "manual", "dispatch", "ctxset", "ctxget", "fdget", "qreg", "qpoll", "qunreg",
        "qupdate", "qmaster"}
    lines = {line.split(":")[0].strip() for case in cases for line in case["quorum"]}
    assert lines >= {"expected_votes", "two_node", "wait_for_all", "auto_tie_breaker", "auto_tie_breaker_node", "last_man_standing",
                     "last_man_standing_window", "allow_downscale", "expected_votes_tracking", "device {"}
    flags = {step[4] for case in cases for step in case["steps"] if step[0] == "track"}
    assert flags >= set(range(8))


def test_nothing_is_asked_of_a_node_that_is_down():
    for number in range(DRAWN):
        up = set()
        for step in draw.case(4, number)["steps"]:
            step = step[1] if step[0] == "quick" else step
            if step[0] in ("start", "startall"):
                assert not up & set(step[1:])
                up |= set(step[1:])
            elif step[0] in ("stop", "crash"):
                assert up >= set(step[1:])
                up -= set(step[1:])
            elif step[0] in ("track", "cmd", "reload", "cmap", "pause"):
                assert step[1] in up, (number, step)


def test_what_is_drawn_is_a_scenario(program, tmp_path):
    """It can be said, is read, and means something."""
    for number in range(60):
        conversion = truth.write({"case": draw.case(5, number), "events": []}, str(tmp_path))
        assert conversion.name == f"wild-5-{number}"
    done = votesim(program, "check", str(tmp_path))
    assert done.returncode == 0, done.stderr
    done = votesim(program, "lint", str(tmp_path))
    assert done.returncode in (0, 1) and "refused" not in done.stderr, done.stderr
    done = votesim(program, "run", "-q", str(tmp_path))
    assert done.returncode in (0, 1), done.stderr


@pytest.mark.parametrize("arguments, words_told", [
    (["--draw", "--nodes", "0-3"], "--nodes: expected a number from 1 to 6, or two as in 2-5, found '0-3'"),
    (["--draw", "--nodes", "4-2"], "--nodes: expected a number from 1 to 6, or two as in 2-5, found '4-2'"),
    ([], "--output: expected a folder"),
])
def test_bad_usage_is_told(arguments, words_told):
    done = wild(*arguments)
    assert (done.returncode, done.stdout) == (2, "") and words_told in done.stderr


# ---- judging -----------------------------------------------------------------------

@pytest.fixture(scope="module")
def given(program, tmp_path_factory) -> list[dict]:
    """The recordings that the plain run of the healthy core gives."""
    folder = str(tmp_path_factory.mktemp("given"))
    return [one for one in RECORDED if judge.judge(one, program, folder, 0.1)[0] == "same"]


def test_a_recording_that_says_something_else_is_different(given, program, tmp_path):
    one = copy.deepcopy(given[0])
    reply = [event for event in one["events"] if event.get("ret") == "getinfo" and event["err"] == 1][-1]
    reply["quorum"] += 1
    verdict, why = judge.judge(one, program, str(tmp_path), 10)
    assert (verdict, f"\"quorum\": {reply['quorum']}" in why) == ("different", True)


def test_another_ring_on_the_way_alone_is_settled(given, program, tmp_path):
    """A ring formed twice, as no interleaving forms it: all rests are as they were."""
    one = copy.deepcopy(given[0])
    pair = [number for number, event in enumerate(one["events"]) if event.get("client", "probe") != "probe" and event.get("cb") == "nodelist"
            and one["events"][number + 1].get("cb") == "quorum"][-1]
    one["events"][pair:pair] = copy.deepcopy(one["events"][pair:pair + 2])
    assert judge.judge(one, program, str(tmp_path), 0.1)[0] == "settled"


def test_what_no_scenario_says_is_skipped(program, tmp_path):
    case = {"name": "odd", "nodes": 1, "quorum": [], "steps": [["cmap", 1, "totem.token", "u32", 3]]}
    assert judge.judge({"case": case, "events": []}, program, str(tmp_path), 1) == ("skipped", "step 0: cmap key totem.token")


@pytest.mark.parametrize("name", CAUGHT)
def test_a_broken_core_is_caught(name, given, tmp_path, monkeypatch):
    """By at least one recording that the healthy core gives."""
    monkeypatch.setattr(mutants, "FOLDER", str(tmp_path / "mutants"))  # another test makes those of build/ anew
    broken = os.path.join(mutants.build(name), "votesim")
    assert any(judge.judge(one, broken, str(tmp_path), 0.1)[0] == "different" for one in given)


def test_recordings_are_judged_from_the_command_line(given, program, tmp_path):
    one, path, folder = copy.deepcopy(given[0]), tmp_path / "one.jsonl", tmp_path / "out"
    path.write_text(json.dumps(one) + "\n", encoding="utf-8")
    done = wild("--judge", str(path), "--output", str(folder), "--votesim", program)
    assert (done.returncode, done.stdout) == (0, "1 same, 0 explained, 0 settled, 0 different, 0 skipped\n")
    assert truth.read(str(folder / "same.jsonl")) == [one]
    one["events"] = [event for event in one["events"] if event.get("ret") != "getinfo"]
    path.write_text(json.dumps(one) + "\n", encoding="utf-8")
    done = wild("--judge", str(path), "--output", str(folder), "--votesim", program)
    assert (done.returncode, done.stdout.startswith(f"different  {one['case']['name']}")) == (1, True), done.stdout


# ---- playing -----------------------------------------------------------------------

@LIVE
def test_a_case_is_played(program, tmp_path):
    """On one node, where nothing is left to chance."""
    case = {"name": "alone", "nodes": [{"id": 4}], "quorum": [], "steps": [
        ["start", 4], ["track", 4, "t", 1, 2], ["cmd", 4, "i", "getinfo 0"], ["cmd", 4, "op", "setexpected 3"], ["wait", 400], ["cmd", 4, "i", "getinfo 0"]]}
    recording = play.play(case)
    assert recording["late_ms"] >= 0
    assert judge.judge(recording, program, str(tmp_path), 10)[0] in ("same", "explained")


def test_smaller_cases_leave_out_every_step_once():
    case = {"name": "c", "steps": [["wait", number] for number in range(5)]}
    left = [[step[1] for step in one["steps"]] for one in shrink.smaller(case, 2)]
    assert left == [[2, 3, 4], [0, 1, 4], [0, 1, 2, 3]]
    assert len({one["name"] for one in shrink.smaller(case, 1)}) == 5
