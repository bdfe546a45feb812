"""Recordings of real clusters, each converted into a scenario, run, and compared client by client.

The plain run gives most recordings exactly. Of those that came with the project, OTHER_INTERLEAVING are given by
another order of messages, which `votesim explain` has to find. harness/truth_status.txt says the same of every other
recording; a change may better what stands there, and must not worsen it. build/truth/ keeps every scenario and what
was expected of it.
"""

import copy
import json
import os
import re
import subprocess
import sys

import pytest

from . import truth_status
from . import truth_to_scenario as truth
from .support import ROOT, votesim

OTHER_INTERLEAVING = {"lms-5", "downscale-5", "reload-votes"}
RECORDINGS = truth_status.recordings()
STATUS = truth_status.listed()
SHOWN = {recording["case"]["name"] for recording in truth.read(os.path.join(ROOT, "harness", "truth", "shown.jsonl"))}
SEARCH_S = 60


def convertible(name: str) -> bool:
    try:
        truth.convert(RECORDINGS[name])
        return True
    except truth.ConversionError:
        return False


def wanted(name: str) -> str:
    """What is asked of a recording: one of truth_status.ORDER."""
    if name in SHOWN:
        return "explained" if name in OTHER_INTERLEAVING else "exact"
    return STATUS.get(name, "explained")


@pytest.mark.parametrize("name", sorted(name for name in RECORDINGS if wanted(name) not in ("unsayable", "refused")))
def test_a_recording_is_given_by_some_interleaving(name, program):
    differences = truth_status.plain_differences(RECORDINGS[name], program)
    assert differences is not None, "the scenario is no longer accepted"
    if not differences:
        return
    if wanted(name) == "open":
        pytest.xfail("no interleaving is known that gives it")
    assert name not in SHOWN or wanted(name) == "explained", "\n".join(["the plain run no longer gives it:"] + differences)
    assert truth_status.explain(name, program, SEARCH_S), "\n".join(["no interleaving found; the plain run differs:"] + differences)


@pytest.mark.parametrize("name", sorted(name for name in RECORDINGS if wanted(name) == "refused"))
def test_a_file_that_daemons_refuse_is_refused_for_the_same_value(name, program):
    assert truth_status.plain_differences(RECORDINGS[name], program) is None
    assert truth_status.is_refused(RECORDINGS[name], program)


def test_another_range_or_no_refusal_is_seen(program):
    recording = copy.deepcopy(RECORDINGS["refuse-parse-two_node"])
    assert truth_status.plain_differences(recording, program) is None and truth_status.is_refused(recording, program)
    recording["events"][0]["log"][-1] = recording["events"][0]["log"][-1].replace("(0..255)", "(0..254)")
    assert not truth_status.is_refused(recording, program)


def test_what_is_stored_is_compared(program):
    recording = copy.deepcopy(RECORDINGS["tracking-existing-7"])
    assert truth_status.plain_differences(recording, program) == []
    next(event for event in recording["events"] if "stored" in event)["stored"] = 8
    assert truth_status.plain_differences(recording, program) == ["step 11: node 1 has stored 8, in the run 7"]


def test_the_list_of_what_is_known_lists_what_there_is():
    """A recording that it does not know is held to being given by some interleaving."""
    assert sorted(set(STATUS) - set(RECORDINGS)) == [], "python3 -m harness.truth_status --update"


# ---- the converter and the comparison themselves -----------------------------------

def streams_of(name):
    conversion = truth.convert(RECORDINGS[name])
    return conversion, truth.from_recording(conversion, RECORDINGS[name]["events"])


@pytest.mark.parametrize("name", sorted(filter(convertible, SHOWN)))
def test_a_recording_equals_itself_and_no_changed_one(name):
    """Every single change of a recording that bears on what is compared is seen."""
    conversion, recorded = streams_of(name)
    assert truth.differences(conversion, recorded, copy.deepcopy(recorded)) == []
    compared = [line for stream in truth.streams(conversion, recorded).values() for line in stream]
    assert compared
    for number, line in enumerate(recorded):
        if truth.without_step(line) not in compared or "refused" in line:
            continue
        without = recorded[:number] + recorded[number + 1:]
        if line.get("client", "").startswith(truth.PROBE):
            continue
        assert truth.differences(conversion, recorded, without), f"dropping {line} was not seen"
        for key in set(line) - {"step", "node", "client", "ring"}:
            changed = copy.deepcopy(recorded)
            value = changed[number][key]
            changed[number][key] = value + 1 if isinstance(value, int) else \
                {"callback": "nodelist" if value != "nodelist" else "quorum", "reply": "x"}.get(key, [])
            if changed[number] != line and "callback" not in key:
                assert truth.differences(conversion, recorded, changed), f"{key} of {line} was not compared"


def test_only_the_order_of_ring_sequences_counts():
    conversion, recorded = streams_of("two-node")
    shifted = copy.deepcopy(recorded)
    for line in shifted:
        if "ring" in line:
            line["ring"][1] = line["ring"][1] * 4 + 100
    assert truth.differences(conversion, recorded, shifted) == []
    for line in shifted:
        if "ring" in line:
            line["ring"][1] = 5000 - line["ring"][1]
    assert truth.differences(conversion, recorded, shifted)


def test_one_ring_is_one_ring_for_every_client():
    conversion, recorded = streams_of("plain-5-cascade")
    changed = copy.deepcopy(recorded)
    last = [line for line in changed if line.get("callback") == "nodelist" and line["client"] == "t-1"][-1]
    last["ring"] = [last["ring"][0], last["ring"][1] + 1]
    assert truth.differences(conversion, recorded, changed)


def test_what_a_probe_sees_of_its_own_start_is_not_compared():
    conversion, recorded = streams_of("two-node")
    early = [line for line in recorded if line.get("client") == "probe-2" and "callback" in line and line["step"] == 3]
    assert early
    changed = [line for line in recorded if line not in early]
    assert truth.differences(conversion, recorded, changed) == []


def test_expected_votes_told_before_the_next_nodelist_are_compared():
    conversion, recorded = streams_of("wild-6-77")
    told = [line for line in recorded if line.get("client") == "probe-2" and line.get("expected_votes") == 6]
    assert len(told) == 1
    changed = [line for line in recorded if line is not told[0]]
    assert truth.differences(conversion, recorded, changed)


def test_every_step_says_which_recorded_step_it_is():
    for name in filter(convertible, RECORDINGS):
        conversion = truth.convert(RECORDINGS[name])
        assert conversion.text.count("\n  - ") == len(conversion.recorded_step), name


def test_every_kind_of_step_converts_or_says_why_not():
    steps = [["startall", 1, 2], ["quick", ["crash", 2]], ["start", 2], ["pause", 1, 300], ["pause", 2], ["resume", 2],
             ["conf", ["expected_votes: 4", "device {", "  model: net", "  net {", "    host: x", "  }", "}"]], ["reload", 1],
             ["nodes", 3], ["start", 3], ["split", [1], [], [2, 3]], ["heal"], ["cmd", 1, "a", "setvotes 2 3"],
             ["cmd", 1, "a", "qpoll q 1 1"], ["cmd", 1, "a", "fini"], ["cmd", 1, "m", "manual 1"], ["cmd", 1, "m", "dispatch 1"],
             ["cmd", 1, "m", "dispatch 9"], ["cmd", 1, "m", "ctxset 3"], ["cmd", 1, "m", "track 4 2"], ["stop", 1, 2]]
    text = truth.convert({"case": {"name": "all", "nodes": 2, "quorum": ["two_node: 1"], "steps": steps}, "events": []}).text
    assert "  quorum: {two_node: 1}\n" in text
    assert "  - crash: 2\n  - start: 2\n    settle: false\n" in text
    for line in ("start: {nodes: [1, 2], together: true}", "crash: 2", "trackstart: {node: 2, client: probe-2-2, context: 0, flags: 2}",
                 "pause: 1", "wait: 300ms", "resume: 1", "reload: {quorum: {expected_votes: 4, device: {model: net}}}",
                 "reload: {nodes: 3, on: []}", "partition: [[1], [2, 3]]", "heal: all", "setvotes: {node: 1, client: a-1, of: 2, votes: 3}",
                 "qdevice_poll: {node: 1, client: a-1, name: q, cast_vote: 1, ring: stale}", "finalize: {node: 1, client: a-1}",
                 "initialize: {node: 1, client: m-1, dispatch: manual}", "dispatch: {node: 1, client: m-1, type: ONE}",
                 "dispatch: {node: 1, client: m-1, type: 9}", "context_set: {node: 1, client: m-1, context: 3}",
                 "trackstart: {node: 1, client: m-1, context: 4, flags: 2}",
                 "stop: [1, 2]"):
        assert f"\n  - {line}\n" in text, line
    for steps in ([["start", 1], ["store", 1, 4]], [["start", 1], ["conf", [], 1]], [["cmap", 1, "totem.token", "u32", 3]], [["cmd", 1, "a", "dance"]]):
        with pytest.raises(truth.ConversionError):
            truth.convert({"case": {"name": "no", "nodes": 1, "quorum": ["wait_for_all: 1"], "steps": steps}, "events": []})
    stored = truth.convert({"case": {"name": "s", "nodes": 2, "quorum": [], "steps": [["store", 1, 4], ["store", 2, "0700"]]}, "events": []})
    assert "  stored_expected_votes: {1: 4}\n" in stored.text
    odd = truth.convert({"case": {"name": "odd", "nodes": 1, "quorum": ["two_node: x"], "steps": []}, "events": []})
    assert "  corosync_conf: odd.conf\n" in odd.text and "  two_node: x\n" in odd.conf


# ---- what cannot be is not explained ------------------------------------------------

def callbacks_of(lines, *kinds):
    return [number for number, line in enumerate(lines) if line.get("callback") in kinds]


def a_callback_dropped(lines):
    del lines[callbacks_of(lines, "quorum")[-1]]


def a_nodelist_dropped(lines):
    del lines[callbacks_of(lines, "nodelist")[-1]]


def callbacks_swapped(lines):
    last = callbacks_of(lines, "nodelist")[-1]
    after = next(number for number in callbacks_of(lines, "quorum") if number > last and lines[number]["client"] == lines[last]["client"])
    lines[last], lines[after] = lines[after], lines[last]


def another_quorate(lines):
    lines[callbacks_of(lines, "quorum")[-1]]["quorate"] ^= 1


def another_state(lines):
    lines[callbacks_of(lines, "quorum")[-1]]["nodes"][0][1] = 3


def another_member(lines):
    lines[callbacks_of(lines, "nodelist")[-1]]["members"].append(99)


def another_context(lines):
    lines[callbacks_of(lines, "quorum")[0]]["context"] += 1


def a_callback_twice(lines):
    last = callbacks_of(lines, "quorum")[-1]
    lines.insert(last, copy.deepcopy(lines[last]))


def another_reply(lines):
    [line for line in lines if line.get("reply") == "getinfo"][-1]["quorum"] += 1


TAMPERED = [a_callback_dropped, a_nodelist_dropped, callbacks_swapped, another_quorate, another_state, another_member, another_context,
            a_callback_twice, another_reply]
HARD = ["explored-lms-five", "explored-token-lms-five.2", "sync-order-stop-8", "sync-order-stop-first-of-6.2", "split-3-2", "pause-lms",
        "lms-5", "downscale-5"]
STATES = 40000  # enough for what is explained, and for some time without result


@pytest.mark.parametrize("name", HARD)
def test_a_tampered_recording_is_not_explained(name, program, tmp_path):
    conversion = truth.write(RECORDINGS[name], str(tmp_path))
    scenario, expected = tmp_path / f"{name}.yaml", tmp_path / f"{name}.expected"
    lines = [json.loads(line) for line in expected.read_text(encoding="utf-8").splitlines()]
    assert conversion.name == name

    def explained(what):
        path = tmp_path / "tampered"
        path.write_text("".join(json.dumps(line) + "\n" for line in what), encoding="utf-8")
        return votesim(program, "explain", str(scenario), "--recording", str(path), "--states", str(STATES))

    good = explained(lines)
    assert good.returncode == 0 and good.stdout.startswith("explained: "), good.stdout
    for tamper in TAMPERED:
        spoilt = copy.deepcopy(lines)
        tamper(spoilt)
        assert spoilt != lines
        bad = explained(spoilt)
        assert bad.returncode == 1, f"{tamper.__name__}: {bad.stdout}"
        assert bad.stdout.startswith(("given up after ", "no interleaving gives this recording after ")), bad.stdout


# ---- recordings made anew ------------------------------------------------------------

def test_recordings_made_anew_are_told_apart(program, tmp_path):
    """One as it was kept, one that no interleaving gives, one that did not settle, and one that is not there."""
    recordings = truth_status.recordings()
    kept, other, restless = (json.loads(json.dumps(recordings[name])) for name in ("single-node", "client-finalize-while-one-stop", "single-node"))
    told = next(event for event in other["events"] if event.get("ret") == "fini")
    told["err"] = 2
    restless["complaints"] = [{"step": 0, "complaint": "did not settle"}]
    path = tmp_path / "shown.jsonl"

    def new(*made):
        path.write_text("".join(json.dumps(one) + "\n" for one in made), encoding="utf-8")
        command = [sys.executable, "-m", "harness.truth_status", "--seconds", "2", "-k", "n", "--new", str(path)]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "VOTESIM": program}, capture_output=True, text=True, check=False)
    done = new(kept, other, restless)
    assert done.returncode == 1 and "absent     two-node: " in done.stdout, done.stdout
    assert re.search(r"^open +client-finalize-while-one-stop$", done.stdout, re.MULTILINE), done.stdout
    assert "restless   single-node: " in done.stdout and "3 recordings: 2 as kept ones; 0 exact" in done.stdout
    path = tmp_path / "of-ones-own.jsonl"
    done = new(kept)
    assert (done.returncode, done.stdout) == (0, "1 recordings: 1 as kept ones; 0 exact, 0 explained, 0 refused, 0 open, 0 unsayable\n"), done.stderr
