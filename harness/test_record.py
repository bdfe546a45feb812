"""votesim record on what real daemons have logged (harness/logs): what it makes of them holds when it is run, and every node goes
through the members that its log tells of. Then logs in other forms, logs that lack something, and logs that are broken.
"""

import glob
import gzip
import json
import os
import random
import re
import subprocess
import time

import pytest

from .live import processes
from .support import ROOT, votesim

LOGS = os.path.join(ROOT, "harness", "logs")
STORIES = sorted(entry.name for entry in os.scandir(LOGS) if entry.is_dir())
# Times when real daemons met sooner, or in another order, than the plain run has it: rings on the way are others.
MEET_OTHERWISE = {"pause", "split"}


def logs_of(story: str) -> list[str]:
    return sorted(glob.glob(os.path.join(LOGS, story, "node*.log")))


def confs_of(story: str) -> list[str]:
    return [word for path in sorted(glob.glob(os.path.join(LOGS, story, "*.conf"))) for word in ("--conf", path)]


def record(program: str, tmp_path, *arguments: str) -> str:
    """The path of the scenario that was made."""
    path = tmp_path / "recorded.yaml"
    done = votesim(program, "record", *arguments, "-o", str(path), "--force")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return str(path)


def run(program: str, path: str, *options: str) -> subprocess.CompletedProcess:
    return votesim(program, "run", path, *options)


def without_repeats(rings: list) -> list:
    return [ring for i, ring in enumerate(rings) if i == 0 or rings[i - 1] != ring]


def members_in_log(path: str) -> list[list[int]]:
    """The members of one ring after the other, from a log's own lines."""
    rings, parts = [], []
    with open(path, encoding="utf-8") as file:
        for line in file:
            listed = re.search(r"Sync members\[(\d+)\]: (.*)", line)
            if listed:
                parts += [int(word) for word in listed[2].split() if word.isdigit()]
                if len(parts) >= int(listed[1]):
                    rings.append(sorted(parts))
                    parts = []
    return without_repeats(rings)


def members_in_run(program: str, path: str, node: int) -> list[list[int]]:
    trace = run(program, path, "--trace", "-", "--trace-all").stdout
    lines = [json.loads(line) for line in trace.splitlines() if '"ring"' in line]
    return without_repeats([line["members"] for line in lines if line.get("event") == "ring" and line["node"] == node])


# ---- what really was ----


@pytest.mark.parametrize("story", STORIES)
def test_what_was_recorded_holds(program, tmp_path, story):
    path = record(program, tmp_path, *logs_of(story), *confs_of(story))
    done = run(program, path)
    assert done.returncode == 0 and "inert" not in done.stdout, done.stderr
    text = open(path, encoding="utf-8").read()
    assert "members: {" in text and "quorate: {" in text and "watcher" in text
    assert "corosync.conf" not in text  # what was given is no guess


@pytest.mark.parametrize("story", STORIES)
def test_every_node_goes_through_the_members_of_its_log(program, tmp_path, story):
    path = record(program, tmp_path, *logs_of(story), *confs_of(story))
    for log in logs_of(story):
        node = int(re.search(r"node(\d+)\.log", log)[1])
        told, came = members_in_log(log), members_in_run(program, path, node)
        if story in MEET_OTHERWISE:
            came = [ring for ring in came if ring in told]
            assert [ring for ring in without_repeats(came)][-1:] == told[-1:] and all(ring in came for ring in told), (node, told, came)
        else:
            assert came == told, node


def steps(text: str) -> list[str]:
    return re.findall(r"^  - (.*)$", text, re.M)


@pytest.mark.parametrize("story, wanted", [
    ("split", ["start: 1", "start: 2", "start: 3", "partition: [[1, 2], [3]]", "heal: all", "partition: [[1], [2], [3]]", "heal: all"]),
    ("crash", ["start: 1", "start: 2", "start: 3", "crash: 3", "crash: 2", "start: 2", "start: 3"]),
    ("stop", ["start: 1", "start: 2", "start: 3", "stop: 3", "start: 3", "stop: 2", "stop: 1", "stop: 3"]),
    ("two", ["start: 1", "start: 2", "partition: [[1], [2]]", "heal: all", "crash: 1", "start: 1"]),
    ("pause", ["start: 1", "start: 2", "start: 3", "pause: 2", "resume: 2"]),
    ("tie", ["start: 9", "start: 10", "start: 11", "start: 12", "partition: [[9, 11], [10, 12]]", "heal: all"]),
    ("knet", ["start: 1", "start: 2", "start: 3", "stop: 3", "partition: [[1], [2, 3]]", "heal: all"]),
])
def test_steps_are_what_was_done(program, story, wanted):
    text = votesim(program, "record", *logs_of(story), *confs_of(story)).stdout
    assert [step for step in steps(text) if "trackstart" not in step] == wanted


def test_a_reload_bears_what_the_second_file_says(program):
    text = votesim(program, "record", *logs_of("reload"), *confs_of("reload")).stdout
    assert re.search(r"- reload: \{quorum: \{expected_votes: 5\}", text) and "GUESS: the log does not say what has changed" not in text
    text = votesim(program, "record", *logs_of("reload"), *confs_of("reload")[:2]).stdout
    assert "GUESS: the log does not say what has changed" in text


def test_each_step_bears_the_lines_it_stands_on(program):
    text = votesim(program, "record", *logs_of("crash"), *confs_of("crash")).stdout
    before = text[:text.index("- crash: 3")].splitlines()
    place, line = re.match(r"  # (.*):(\d+): A new membership", before[-2]).groups()
    said = open(place, encoding="utf-8").read().splitlines()[int(line) - 1]
    assert "Members left: 3" in said and "A new membership" in said


# ---- less, and other forms ----


@pytest.mark.parametrize("story", sorted(set(STORIES) - {"reload"}))
def test_without_a_configuration_the_logs_show_it(program, tmp_path, story):
    path = record(program, tmp_path, *logs_of(story))
    assert "GUESS: there is no corosync.conf" in open(path, encoding="utf-8").read()
    assert run(program, path).returncode == 0


@pytest.mark.parametrize("story, node", [("split", 3), ("crash", 1), ("stop", 3), ("knet", 1), ("tie", 9)])
def test_one_log_alone(program, tmp_path, story, node):
    text = open(record(program, tmp_path, os.path.join(LOGS, story, f"node{node}.log"), *confs_of(story)), encoding="utf-8").read()
    assert "has no log here" in text and "GUESS: without its log" in text
    assert run(program, str(tmp_path / "recorded.yaml")).returncode == 0


def reform(story: str, form, tmp_path) -> list[str]:
    """The logs with each line's beginning made anew: form(month and day, time, ms, pid, node)."""
    paths = []
    for log in logs_of(story):
        node = re.search(r"node(\d+)\.log", log)[1]
        path = tmp_path / f"{node}.txt"
        with open(log, encoding="utf-8") as file:
            path.write_text(re.sub(r"^(\w+ \d+) ([\d:]+)(?:\.(\d+))? \[(\d+)\] vm corosync \w+ +",
                                   lambda m: form(m[1], m[2], m[3] or "000", m[4], node), file.read(), flags=re.M))
        paths.append(str(path))
    return paths


@pytest.mark.parametrize("form", [
    lambda day, time, ms, pid, node: f"{day} {time} host{node} corosync[{pid}]:   ",
    lambda day, time, ms, pid, node: f"2026-11-22T{time}.{ms}123+0100 host{node} corosync[{pid}]:   ",
    lambda day, time, ms, pid, node: f"2026-11-22T{time}.{ms}+00:00 host{node} corosync[{pid}]:   ",
    lambda day, time, ms, pid, node: f"Sun 2026-11-22 {time} UTC host{node} corosync[{pid}]:   ",
    lambda day, time, ms, pid, node: f"2026-11-22 {time},{ms} host{node} corosync[{pid}]:   ",
], ids=["syslog", "short-iso-precise", "iso-with-colon", "short-full", "no-zone"])
def test_forms_of_time(program, tmp_path, form):
    path = record(program, tmp_path, *reform("stop", form, tmp_path), *confs_of("stop"))
    assert run(program, path).returncode == 0
    assert "stop: 3" in open(path, encoding="utf-8").read()


def test_all_hosts_in_one_file(program, tmp_path):
    paths = reform("crash", lambda day, time, ms, pid, node: f"{day} {time} host{node} corosync[{pid}]:   ", tmp_path)
    lines = [line for path in paths for line in open(path, encoding="utf-8")]
    merged = tmp_path / "syslog"
    merged.write_text("".join(sorted(lines, key=lambda line: line[:15])) + "Nov 22 23:00:00 host1 kernel: something else\n")
    path = record(program, tmp_path, str(merged), *confs_of("crash"))
    assert run(program, path).returncode == 0
    assert [step for step in steps(open(path, encoding="utf-8").read()) if step.startswith("crash")] == ["crash: 3", "crash: 2"]


def test_a_rotated_log_is_one_log(program, tmp_path):
    whole = votesim(program, "record", *logs_of("stop")).stdout
    lines = open(logs_of("stop")[0], encoding="utf-8").readlines()
    for name, part in (("1.log", lines[:50]), ("2.log", lines[50:])):
        (tmp_path / name).write_text("".join(part))
    parts = votesim(program, "record", f"1={tmp_path}/2.log", f"1={tmp_path}/1.log", *logs_of("stop")[1:]).stdout
    assert re.sub(r" *#.*\n", "", parts) == re.sub(r" *#.*\n", "", whole) != ""


def test_clocks_that_differ_are_put_right(program, tmp_path):
    plain = votesim(program, "record", *logs_of("stop")).stdout
    late = tmp_path / "late.log"
    late.write_text(re.sub(r"^Nov 22 (\d+):", lambda m: f"Nov 22 {int(m[1]) + 1}:", open(logs_of("stop")[1], encoding="utf-8").read(), flags=re.M))
    moved = votesim(program, "record", logs_of("stop")[0], str(late), logs_of("stop")[2]).stdout
    assert re.search(r"# The clock of node 2 was \d+ ms before the others'", moved)
    assert steps(moved) == steps(plain)


def test_a_new_year_comes_after_the_old_one(program, tmp_path):
    def form(day, time, ms, pid, node):
        hours = int(time[:2]) * 3600 + int(time[3:5]) * 60 + int(time[6:]) - first
        return f"{'Dec 31 23:59' if hours < 10 else 'Jan  1 00:00'}:{(50 + hours) % 60:02}.{ms} vm corosync[{pid}]:   " if hours < 70 else "later "
    clock = re.search(r" (\d+):(\d+):(\d+)", open(logs_of("stop")[0], encoding="utf-8").readline())
    first = int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])
    text = votesim(program, "record", *reform("stop", form, tmp_path)).stdout
    times = [int(ms) for ms in re.findall(r"at: (\d+)ms", text)]
    assert times == sorted(times) and 10000 < times[-1] < 70000


def test_the_same_logs_in_another_order(program):
    logs = logs_of("tie")
    assert votesim(program, "record", *logs, *confs_of("tie")).stdout == votesim(program, "record", *reversed(logs), *confs_of("tie")).stdout


# ---- bad input ----


@pytest.mark.parametrize("arguments, told", [
    ([], "votesim: record wants corosync's logs, one of each node, or --live\n"),
    (["none.log"], "none.log: there is no such file\n"),
    (["packed.gz"], "packed.gz: is compressed: unpack it with zcat first"),
    (["empty.log"], "empty.log: nothing in it is of corosync's about its cluster\n"),
    (["untimed.log"], "untimed.log:1: no time that is known stands before '[MAIN"),
    (["french.log"], "french.log:1: no time that is known stands before '[MAIN"),
    (["journal.json"], "journal.json: is JSON: let journalctl print -o short-iso-precise instead\n"),
    (["two.log"], "two.log: whose log is it, of host vm? It does not tell the node's id, which may be 1 or 2: say ID=two.log\n"),
    (["5=two.log", "--conf", "three.conf"], "two.log: node 5 is not in the nodelist of the corosync.conf\n"),
    (["long.log"], "the logs: span more than a year: take a part of them, as with journalctl --since --until\n"),
    (["0=two.log"], "0=two.log: a node's id is 1 to 4294967295\n"),
    (["1=two.log", "iso.log"], "iso.log:1: a time with a zone, after times of another form"),
    (["1=two.log", "--conf", "none.conf"], "none.conf"),
    (["--live", "1=two.log"], "votesim: record takes logs or --live, not both: '1=two.log'\n"),
    (["--seconds", "3", "two.log"], "votesim: --seconds is for --live\n"),
    (["--seconds", "0", "--live"], "votesim: --seconds wants a number, 1 to 31536000, not '0'\n"),
    (["--name", "", "two.log"], "votesim: --name wants a name\n"),
    (["--what"], "votesim: unknown option '--what'\n"),
    (["1=two.log", "-o", "none/s.yaml"], "cannot write none/s.yaml"),
])
def test_bad_input_is_one_message(program, tmp_path, arguments, told):
    two = [line for line in open(logs_of("crash")[0], encoding="utf-8") if "[QUORUM]" in line or "[TOTEM ]" in line]
    two = two[next(i for i, line in enumerate(two) if "members[2]: 1 2" in line):][:5]
    (tmp_path / "two.log").write_text("".join(line for line in two if "joined[" not in line).replace("Members joined: 2", "Members"))
    crash = open(logs_of("crash")[0], encoding="utf-8").read()
    (tmp_path / "long.log").write_text(re.sub(r"^Nov 22 ", "2026-11-22 ", crash, flags=re.M) + re.sub(r"^Nov 22 ", "2028-11-22 ", crash, flags=re.M))
    (tmp_path / "packed.gz").write_bytes(gzip.compress(b"Nov 22"))
    (tmp_path / "empty.log").write_text("Nov 22 19:41:08 host kernel: hello\n")
    (tmp_path / "untimed.log").write_text("[9451] vm corosyncnotice  [MAIN  ] Corosync Cluster Engine 3.1.7 starting up\n")
    (tmp_path / "french.log").write_text("nov. 22 19:41:08 vm corosync[8]:   [MAIN  ] Corosync Cluster Engine 3.1.7 starting up\n")
    (tmp_path / "iso.log").write_text("2026-11-22T19:41:08+0100 vm corosync[8]:   [MAIN  ] Corosync Cluster Engine 3.1.7 starting up\n")
    (tmp_path / "journal.json").write_text('{"MESSAGE": "x"}\n')
    (tmp_path / "three.conf").write_text(open(confs_of("crash")[1], encoding="utf-8").read())
    done = votesim(program, "record", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and done.stderr.count("\n") == (2 if done.stderr.startswith("votesim: ") and "Try" in done.stderr else 1)


def broken(lines: list[bytes], source: random.Random) -> bytes:
    """Some of what happens to logs."""
    lines = list(lines)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(lines))
        what = source.randrange(7)
        if what == 0:
            del lines[at:at + source.randint(1, 20)]
        elif what == 1:
            lines.insert(source.randrange(len(lines) + 1), lines[at])
        elif what == 2:
            other = source.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif what == 3:
            lines[at] = lines[at][:source.randrange(len(lines[at]) + 1)] + b"\0\xff\n"
        elif what == 4:
            head, bracket, said = lines[at].partition(b"]: ")
            lines[at] = head + bracket + re.sub(rb"\d", lambda m: b"%d" % source.randrange(10), said)
        elif what == 5:
            lines[at] = lines[at].rstrip(b"\n") + b" 1" * 40000 + b"\n"
        else:
            lines = lines[at:] or lines
        lines = lines or [b"\n"]
    return b"".join(lines)


def test_broken_logs_give_a_scenario_or_one_message(program, tmp_path):
    made = refused = 0
    for seed in range(150):
        source = random.Random(seed)
        story = source.choice([name for name in STORIES if name not in ("two", "long")])
        paths = []
        for log in logs_of(story):
            path = tmp_path / os.path.basename(log)
            with open(log, "rb") as file:
                path.write_bytes(broken(file.readlines(), source))
            node = re.search(r"node(\d+)", path.name)[1]
            paths.append(f"{node}={path}" if seed % 5 else str(path))
        done = votesim(program, "record", *paths)
        assert done.returncode in (0, 2), (seed, done.stderr)
        if done.returncode:
            refused += 1
            assert done.stderr.count("\n") == 1 and done.stdout == "", seed
            continue
        made += 1
        (tmp_path / "made.yaml").write_text(done.stdout)
        checked = votesim(program, "check", str(tmp_path / "made.yaml"))
        assert checked.returncode == 0, (seed, checked.stderr)
    assert made > 50 and refused > 0


# ---- live ----


def test_without_a_corosync_live_says_so(program, tmp_path):
    done = subprocess.run(["unshare", "--net", "--mount", "--user", "--map-root-user", program, "record", "--live", "--seconds", "1"],
                          capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    if "unshare" in done.stderr:
        pytest.skip("needs namespaces")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"corosync on this machine: .*\n", done.stderr), done.stderr


def await_rings(cluster, *groups: list[int]) -> None:
    """Until every node of a group has logged, last of all, the ring of that group, and that its sync is done; 60 s at most."""
    for group in groups:
        for node in group:
            end = time.monotonic() + 60
            listed = f"Members[{len(group)}]: {' '.join(map(str, group))}"
            while True:
                said = [line for line in cluster.nodes[node].log().splitlines() if "Members[" in line or "embership" in line or "Completed serv" in line]
                if len(said) > 1 and listed in said[-2] and "Completed" in said[-1]:
                    break
                assert time.monotonic() < end, (node, said[-4:])
                time.sleep(0.1)
    time.sleep(1)


# The rings of the session below, by node, when no others are formed on the way (harness/truth/FINDINGS.md, 37: any time they may).
TOGETHER = [[1, 2, 3], [1, 2], [1, 2, 3], [1, 2]]
SESSION = {1: [[1], [1, 2], *TOGETHER], 2: [[2], [1, 2], *TOGETHER], 3: [[3], [1, 2, 3], [3], [1, 2, 3]]}
SESSIONS_MAX = 4


def await_connection(tracker: subprocess.Popen) -> None:
    """Until the program has the buffer of its connection's events; 60 s at most."""
    end = time.monotonic() + 60
    while not re.search(r"qb-event-votequorum", open(f"/proc/{tracker.pid}/maps", encoding="utf-8").read()):
        assert time.monotonic() < end and tracker.poll() is None, "no connection"
        time.sleep(0.05)
    time.sleep(0.5)


def real_session(program, folder) -> tuple[dict[int, str], str, str]:
    """Daemons are started, split and healed: the files of their logs, corosync.conf, and what a live tracker wrote."""
    from .live.cluster import LOG, Cluster, Configuration

    with Cluster([1, 2, 3], Configuration([{"id": node} for node in (1, 2, 3)], [])) as cluster:
        for node in (1, 2, 3):
            cluster.start(node)
            await_rings(cluster, list(range(1, node + 1)))
        live = folder / "live.yaml"
        tracker = processes.spawn(cluster.nodes[1].namespace.enter(program, "record", "--live", "-o", str(live)))
        await_connection(tracker)
        cluster.partition([[1, 2], [3]])
        await_rings(cluster, [1, 2], [3])
        cluster.heal()
        await_rings(cluster, [1, 2, 3])
        cluster.crash(3)
        await_rings(cluster, [1, 2])
        tracker.terminate()
        tracker.wait(20)
        logs = {}
        for node in (1, 2, 3):
            path = folder / f"node{node}.log"
            path.write_text(open(cluster.nodes[node].path(LOG), encoding="utf-8").read())
            logs[node] = str(path)
        conf = folder / "corosync.conf"
        conf.write_text(open(cluster.nodes[1].path("/etc/corosync/corosync.conf"), encoding="utf-8").read())
    return logs, str(conf), str(live)


@pytest.mark.skipif(processes.why_unavailable() is not None, reason=processes.why_unavailable() or "")
def test_a_real_session_from_daemons_to_a_run(program, tmp_path):
    """The logs of daemons, and what a live tracker saw, hold in the simulator. Where daemons, on a busy machine above all, formed other
    rings on the way, which their logs say, there is another session: what is told of such logs the stories above have."""
    for number in range(SESSIONS_MAX):
        folder = tmp_path / str(number)
        folder.mkdir()
        logs, conf, live = real_session(program, folder)
        rings = {node: members_in_log(path) for node, path in logs.items()}
        if rings == SESSION:
            break
        print(f"session {number}: other rings on the way: {rings}")
    else:
        pytest.skip(f"daemons formed other rings on the way in each of {SESSIONS_MAX} sessions: {rings}")
    path = record(program, tmp_path, *logs.values(), "--conf", conf)
    done = run(program, path)
    assert done.returncode == 0, done.stderr
    text = open(path, encoding="utf-8").read()
    assert [step for step in steps(text) if not step.startswith(("start", "track"))] == ["partition: [[1, 2], [3]]", "heal: all", "crash: 3"]
    for node in (1, 2, 3):
        assert members_in_log(logs[node]) == members_in_run(program, path, node)
    assert run(program, live).returncode == 0
    assert [step.split(":")[0] for step in steps(open(live, encoding="utf-8").read()) if not step.startswith(("start", "track"))] == ["partition", "heal", "crash"]
