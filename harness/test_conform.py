"""How: one scenario for each theme on real daemons, compared with the simulator by harness.conform; and what conform
itself says. Skipped in one line where clusters cannot run."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

import pytest

from harness import conform, expanded, results as telling
from harness.live import cluster, late, network, player, processes, wire
from harness.support import ROOT, votesim

LIVE = pytest.mark.skipif(processes.why_unavailable() is not None, reason=processes.why_unavailable() or "")

# A scenario of each theme, small and without long waits.
SMOKE = [
    ("partitions/minority-loses-quorum.yaml", "partition-minority-loses-quorum"),
    ("partitions/even-split.yaml", None),
    ("partitions/uneven-votes.yaml", None),
    ("partitions/pause-shorter-than-token.yaml", None),
    ("flags/changes.yaml", None),
    ("flags/queued-before-trackstop.yaml", None),
    ("errors/daemon-crashed.yaml", None),
    ("errors/exist-not-exist.yaml", None),
    ("hazards", None),
    ("errors/refused-node-among-others.yaml", None),
    ("qdevice/master-wins.yaml", None),
    ("qdevice/stale-poll.yaml", None),
    ("features/wait-for-all.yaml", None),
    ("reload", None),
    ("regressions", None),
    ("clients/pacemaker.yaml", None),
]


def smoke_runs(program):
    """The first run of each scenario of SMOKE that daemons can play, with the times that conform gives."""
    options = conform.options_of(["--variants", "1"])
    for path, name in SMOKE:
        runs = [run for run in conform.chosen(expanded.read(program, [f"scenarios/{path}"]), options)
                if player.why_not(run) is None and name in (None, run["scenario"])]
        assert runs, f"{path}: nothing that daemons can play"
        yield runs[0]


def test_every_run_of_the_library_comes_back_from_its_expansion(program, tmp_path):
    path = tmp_path / "back.yaml"
    for run in expanded.read(program, ["scenarios"]):
        if "seed" in run or len(run["cluster"]["nodes"]) > 40:
            continue
        path.write_text(expanded.scenario(run), encoding="utf-8")
        here = [line for line in expanded.trace(program, str(path)) if "event" not in line]
        there = votesim(program, "run", "-q", "--trace", "-", "--only", expanded.title(run), run["path"]).stdout
        unlabelled = re.sub(r'"scenario":"[^"]*",("variant":"(\\.|[^"\\])*",)?', "", there)
        assert here == [json.loads(line) for line in unlabelled.splitlines()], expanded.title(run)


def test_what_daemons_cannot_play_is_told(program):
    paths = ["errors/no-resources", "features/votes", "features/profile-documented", "partitions/more-nodes-than-corosync-has"]
    for path in paths:
        assert any(map(player.why_not, expanded.read(program, [f"scenarios/{path}.yaml"]))), path
    assert player.why_not(expanded.read(program, ["scenarios/errors/requests-meet-the-transport.yaml"])[0]) is None


def test_a_second_handle_while_a_dispatch_waits_on_the_first_is_not_played(program, tmp_path):
    """FINDINGS.md, 54; without the wait, or once something was told in between, daemons and the simulator do the same."""
    text = """
scenario: waits
description: A program ends its handle while another of its threads waits.
cluster: {nodes: 1}
steps:
  - start: all
  - trackstart: {node: 1, client: a, dispatch: manual}
  - dispatch: {node: 1, client: a, type: BLOCKING}
  - finalize: {node: 1, client: a}
  - initialize: {node: 1, client: a}
"""
    path = tmp_path / "waits.yaml"
    for played in (text, text.replace("BLOCKING", "ALL"), text.replace("  - finalize: {node: 1, client: a}\n", ""),
                   text.replace("  - initialize", "  - crash: 1\n  - initialize")):
        path.write_text(played, encoding="utf-8")
        assert (player.why_not(expanded.read(program, [str(path)])[0]) is None) == (played != text)


def test_the_merge_of_eight_is_explained(program, tmp_path):
    """The recording that was open longest (harness/live/CONFORMANCE.md)."""
    run = next(run for run in expanded.read(program, ["scenarios/features/auto-tie-breaker.yaml"])
               if expanded.title(run) == "feature-tie-breaker-lowest [config={auto_tie_breaker:1}]")
    run["totem"]["token_ms"] = 600
    path = tmp_path / "eight.yaml"
    path.write_text(expanded.scenario(run), encoding="utf-8")
    done = votesim(program, "explain", str(path), "--recording", os.path.join(ROOT, "harness", "live", "open-merge-of-eight.jsonl"))
    assert (done.returncode, done.stdout.startswith("explained: 26 lines")) == (0, True), done.stdout


RESULTS = [
    {"path": "scenarios/flags/a.yaml", "title": "a", "verdict": "same", "why": "", "seconds": 1.0,
     "first": {"verdict": "different", "why": "late", "late_ms": 70}},
    {"path": "scenarios/flags/b.yaml", "title": "b", "verdict": "explained", "seconds": 1.0,
     "why": "explained: 3 lines\n  by messages going round each ring, from its third last member on\n"
            "  at 7.5 s, step 3 (start): the token went on past 1 of 3 senders"},
    {"path": "scenarios/reload/c.yaml", "title": "c", "verdict": "skipped", "why": "no such thing", "seconds": 0.0},
]


def test_a_page_of_the_docs_gets_the_results(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{telling.BEGIN}\nold\n{telling.END}\nafter\n", encoding="utf-8")
    telling.write_page(str(page), RESULTS, {"corosync": "3.1.7", "date": "2026-11-22"})
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text
    assert "corosync 3.1.7, date 2026-11-22." in text
    assert "| flags | 1 | 1 | 0 | 0 |" in text and "| all | 1 | 1 | 0 | 1 |" in text
    assert "`flags/b.yaml` b: step 3 (start): the token went on past 1 of 3 senders\n" in text
    assert "at first different (the machine up to 70 ms late), then same" in text
    assert "- 1: no such thing" in text
    telling.write_page(str(page), RESULTS, {"corosync": "3.1.7", "date": "2026-11-22"})
    assert page.read_text(encoding="utf-8") == text
    page.write_text("no marks\n", encoding="utf-8")
    with pytest.raises(ValueError):
        telling.write_page(str(page), RESULTS, {})
    assert page.read_text(encoding="utf-8") == "no marks\n"


ECHO = """
import socket
here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
here.bind(("", 7))
print("ready", flush=True)
while True:
    here.sendto(*here.recvfrom(99))
"""
ASK = """
import socket, sys, time
here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
here.settimeout(0.5)
begin, came = time.monotonic(), []
for number in range(int(sys.argv[2])):
    here.sendto(b"%d" % number, (sys.argv[1], 7))
try:
    while len(came) < int(sys.argv[2]):
        here.recv(99)
        came.append(time.monotonic() - begin)
except TimeoutError:
    pass
print(len(came), came[0] if came else 0)
"""


@LIVE
def test_a_wire_is_slow_loses_and_is_cut_in_one_direction(tmp_path):
    """Three machines without daemons that ask each other for an echo: how many of the questions are answered, and how soon."""
    def ask(source, target, questions=1):
        count, first_s = nodes[source].run(sys.executable, "-c", ASK, network.address(target), str(questions)).split()
        return int(count), float(first_s)
    nodes, echoes = [network.Namespace(network.SWITCH_SETUP) for _ in range(3)], []
    path = wire.Wire(str(tmp_path), latency_us=20000)
    try:
        for index, node in enumerate(nodes):
            path.attach(node, index)
            echoes.append(processes.spawn(node.enter(sys.executable, "-c", ECHO), stdout=subprocess.PIPE, text=True))
            assert echoes[-1].stdout.readline() == "ready\n"
        path.connect()
        ask(0, 1)  # and who has which address
        assert ask(0, 1)[1] >= 0.04
        path.link(0, 1, latency_us=70000)
        assert ask(0, 1)[1] >= 0.09 and ask(1, 0)[1] >= 0.09
        path.link(0, 1, latency_us=0, loss_ppm=500000)
        assert 20 < ask(0, 1, questions=100)[0] < 80
        path.link(0, 1, up=False, loss_ppm=0)
        assert ask(0, 1)[0] == 0 and ask(2, 1)[0] == ask(1, 2)[0] == 1
        path.mend()
        assert ask(0, 1)[0] == 1
        path.link(2, 0, up=False)  # these two have not yet asked for each other's address
        assert ask(0, 2)[0] == 0
        path.partition([[0], [1, 2]])
        assert ask(0, 1)[0] == 0 and ask(1, 2)[0] == 1
    finally:
        for echo in echoes:
            processes.kill(echo)
        path.close()
        for node in nodes:
            node.close()


@LIVE
def test_another_build_of_the_daemon(program, tmp_path):
    """A tree as of an unpacked package: its daemon, its libraries beside it."""
    tree = tmp_path / "usr"
    (tree / "sbin").mkdir(parents=True)
    (tree / "lib").mkdir()
    shutil.copy(shutil.which("corosync"), tree / "sbin" / "corosync")
    for library in glob.glob("/usr/lib/*/libcorosync_common.so.?"):
        shutil.copy(library, tree / "lib")
    build = cluster.Build(str(tree / "sbin" / "corosync"))
    assert build.environment["LD_LIBRARY_PATH"] == str(tree / "lib")
    assert build.version().endswith(f"({tree}/sbin/corosync)")
    run = next(run for run in smoke_runs(program) if run["scenario"] == "partition-minority-loses-quorum")
    with player.Player(run, build.path, speed=5) as played:
        played._act(run["steps"][0])
        played._rest()
        assert {os.readlink(f"/proc/{node.daemon.pid}/exe") for node in played.cluster.nodes.values()} == {build.path}
    results = conform.play_all([run], program, conform.options_of(["--corosync", build.path]))
    assert results[0]["verdict"] in ("same", "explained"), results[0]["why"]


@LIVE
def test_a_difference_is_played_again_and_both_verdicts_are_told(program, monkeypatch, capsys):
    """At first the judge finds a difference: what counts is the second play, and the first is not forgotten."""
    run = next(run for run in smoke_runs(program) if run["scenario"] == "partition-minority-loses-quorum")
    verdicts = [("different", "the first"), ("same", "")]
    monkeypatch.setattr(conform, "judge", lambda *_: verdicts.pop(0))
    result, = conform.play_all([run], program, conform.options_of([]))
    assert (result["verdict"], result["first"]["verdict"], result["first"]["why"]) == ("same", "different", "the first")
    assert "at first different, the machine up to" in capsys.readouterr().out


@LIVE
def test_real_daemons_say_the_same(program, tmp_path, capsys):
    runs = list(smoke_runs(program))
    assert len(runs) >= 12

    def attempt():
        results = conform.play_all(runs, program, conform.options_of(["-j", "2"]))
        bad = [result for result in results if result["verdict"] not in ("same", "explained", "settled")]
        runs[:] = [run for run in runs if expanded.title(run) in {result["title"] for result in bad}]
        return min((result["late_ms"] / 1000 for result in bad), default=0.0), capsys.readouterr().out if bad else ""
    late.judged(attempt)


@LIVE
def test_a_difference_is_told_and_fails(program, tmp_path):
    """A simulator that is asked about another cluster than the daemons' disagrees with them."""
    path = tmp_path / "one.yaml"
    path.write_text("scenario: one\ncluster: {nodes: 1}\nsteps:\n  - start: all\n  - trackstart: {node: 1, client: a}\n", encoding="utf-8")
    run, = expanded.read(program, [str(path)])
    played = {"lines": [{"step": 1, "node": 1, "client": "a", "reply": "trackstart", "error": 6}], "began": [0, 1], "done": [0, 1], "complaints": [], "died": []}
    verdict, why = conform.judge(program, run, played, 5)
    assert verdict == "different" and "recorded" in why
    results = [{"path": run["path"], "title": "one", "verdict": verdict, "why": why, "seconds": 1.0}]
    telling.write_junit(str(tmp_path / "junit.xml"), "conform", results, {"corosync": "3"})
    assert xml.parse(tmp_path / "junit.xml").getroot().find(".//failure") is not None


def wrong_with(program, run, played) -> tuple[float, str]:
    """By how many seconds the machine was late, and what is wrong with what was played."""
    verdict, why = conform.judge(program, run, played, 30)
    good = verdict in ("same", "explained") and not played["died"] and not played["complaints"]
    return played["late_ms"] / 1000, "" if good else f"{verdict}: {why} {played['died']} {played['complaints']}"


def days(log: str) -> set[str]:
    """The days that a daemon's log is from."""
    return set(re.findall(r"^([A-Z][a-z]{2} \d\d) ", log, re.MULTILINE))


def leaps_s(log: str) -> list[float]:
    """How far the clock moved between lines of a daemon's log."""
    times = [int(hours) * 3600 + int(minutes) * 60 + float(seconds)
             for hours, minutes, seconds in re.findall(r"^[A-Z][a-z]{2} \d\d (\d\d):(\d\d):([\d.]+) ", log, re.MULTILINE)]
    return [after - before for before, after in zip(times, times[1:])]


@LIVE
@pytest.mark.skipif(not os.path.exists(player.FAKETIME), reason="libfaketime is not here: apt-get install libfaketime")
@pytest.mark.parametrize("clocks", [{1: "+3y", 2: "-40d"}, {1: "+0 i30", 2: "-2d i3600"}], ids=["skewed", "jumping"])
def test_wall_clocks_do_not_matter(program, clocks):
    """Daemons whose wall clocks differ by years say the same, and so do those whose clock jumps each time that it is
    looked at. That their clocks are so is seen in their logs."""
    run = next(run for run in smoke_runs(program) if run["scenario"] == "partition-minority-loses-quorum")

    def attempt():
        with processes.held(), player.Player(run, clocks=clocks) as cluster_player:
            played = cluster_player.play()
            logs = {nodeid: node.log() for nodeid, node in cluster_player.cluster.nodes.items()}
        if clocks[2] == "-40d":
            assert days(logs[2]) & days(logs[3]) == set(), "node 2 has the host's clock"
        else:
            assert max(leaps_s(logs[1])) >= 29 and max(leaps_s(logs[2])) >= 3500, "their clocks do not jump"
        return wrong_with(program, run, played)
    late.judged(attempt)


@LIVE
@pytest.mark.skipif(not os.path.exists(player.FAKETIME), reason="libfaketime is not here: apt-get install libfaketime")
def test_clocks_five_times_as_fast(program):
    """What takes totem more than a token of 3 s and consensus is over in a fifth of that, and comes out the same."""
    run = next(run for run in smoke_runs(program) if run["scenario"] == "partition-minority-loses-quorum")
    partition = next(number for number, step in enumerate(run["steps"]) if step["verb"] == "partition")

    def attempt():
        begin = time.monotonic()
        played = player.play(run, speed=5)
        lasted_s = time.monotonic() - begin
        assert played["began"][partition + 1] - played["began"][partition] > 3.6e9, "totem did not wait for its token"
        late_s, wrong = wrong_with(program, run, played)
        return late_s, wrong or ("" if played["began"][-1] / 1e9 > 2 * lasted_s else "its clocks are not faster than the wall's")
    late.judged(attempt)
