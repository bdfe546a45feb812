"""The HTML report: what is in the file, read as the page's own script reads it, and the page in a browser.

The browser's part is Playwright with Debian's Chromium (reports/html/test): it opens reports of real runs, one failing,
one of 384 nodes, clicks, types, uses the keyboard and compares what it sees with reports/html/screenshots.
`make test-report` installs what it needs, `make report-screenshots` takes the screenshots anew.
"""

import base64
import json
import os
import re
import subprocess

import pytest

from . import bench
from .support import ROOT, missing, npm, votesim

HTML = f"{ROOT}/reports/html"
NASTY = "it's </script><b>&amp;<!-- \\u2028"
FAILING = """\
scenario: minority-loses-quorum
description: Node 3 is cut off. It loses quorum, the others keep it, healing restores it.
cluster:
  nodes: 3
  quorum: {wait_for_all: 1}       # corosync.conf's own keys and defaults
steps:
  - start: all
  - trackstart: {node: 1, client: a, flags: [CHANGES], context: 42}
  - partition: [[1, 2], [3]]
    expect:
      quorate: {1: true, 2: true, 3: true}
      callbacks:
        a:
          - nodelist: {members: [1, 2, 3]}
          - quorum: {context: 42, quorate: true, nodes: {1: member, 2: member, 3: dead}}
  - heal: all
    expect: {quorate: {all: true}}
"""

# What new users looked at: the cause is in votequorum's state, not in the step that failed.
LAST_MAN = """\
scenario: rolling-update
description: Nodes are updated one after the other; the cluster goes on all the time.
cluster:
  nodes: 4
  quorum: {last_man_standing: 1, wait_for_all: 1, last_man_standing_window: 20s}
steps:
  - start: all
  - trackstart: {node: 1, client: watch}
  - stop: 4
    expect: {quorate: {all: true}}
  - wait: 15s
  - crash: 3
    expect: {quorate: {all: true}}
  - wait: 30s
  - crash: 2
    expect: {quorate: {1: true}}
"""
DEVICE = """\
scenario: device-keeps-half
description: The half with the device's vote goes on when the network splits.
cluster:
  nodes: 4
  quorum: {device: {model: net, votes: 1, timeout: 10s, sync_timeout: 5s}}
steps:
  - start: all
  - trackstart: {node: 1, client: left, flags: [CURRENT, CHANGES]}
  - trackstart: {node: 3, client: right, flags: [CURRENT, CHANGES]}
  - qdevice_register: {node: 1, client: d1, name: Q}
  - qdevice_register: {node: 3, client: d3, name: Q}
  - qdevice_poll: {node: 1, client: d1, name: Q}
  - qdevice_poll: {node: 3, client: d3, name: Q}
    expect: {quorate: {all: true}}
  - partition: [[1, 2], [3, 4]]
    at: 12s
    expect: {quorate: {1: true, 2: true, 3: false}}
  - wait: 30s
"""


# Failures whose causes are told in words: rings that come one after the other, losses that come together.
JOINING = """\
scenario: joining
description: Nodes join one after the other, where one change was expected.
cluster: {nodes: 5}
steps:
  - start: 1
  - trackstart: {node: 1, client: a, context: 7}
  - start: [2, 3, 4, 5]
    expect:
      callbacks:
        a:
          - nodelist: {members: [1, 2, 3, 4, 5]}
          - quorum: {quorate: true}
  - pause: 5
    expect: {callbacks_include: {a: [nodelist: {members: [1, 2]}, quorum]}}
  - resume: 5
  - stop: 4
  - crash: 3
  - start: [3, 4]
    name: the last of all of them
---
scenario: two-at-once
description: Two nodes are lost at once; last_man_standing was to keep quorum.
cluster:
  nodes: 4
  quorum: {last_man_standing: 1, wait_for_all: 1}
steps:
  - start: all
  - trackstart: {node: 1, client: a}
  - crash: [3, 4]
    expect: {quorate: {1: true}}
"""


def read(path) -> tuple[str, dict]:
    """The page without its data, and the data."""
    text = path.read_text(encoding="utf-8")
    begin, data, end = re.fullmatch(r'(.*)<script type="application/json" id="votesim-data">(.*?)</script>(.*)', text, re.S).groups()
    return begin + end, json.loads(data)


def column(text: str) -> list[int]:
    """Differences, each with its sign in the second bit, and in the lowest whether a count of further repeats follows."""
    rest = iter(base64.b64decode(text))

    def varint(byte: int) -> int:
        value, shift = byte & 127, 7
        while byte >= 128:
            byte = next(rest)
            value, shift = value | (byte & 127) << shift, shift + 7
        return value

    values, last = [], 0
    for byte in rest:
        token = varint(byte)
        zigzag = token >> 1
        for _ in range(varint(next(rest)) + 2 if token & 1 else 1):
            last += -(zigzag + 1) // 2 if zigzag & 1 else zigzag // 2
            values.append(last)
    return values


def events(data: dict, run: int) -> list[dict]:
    """The events of a run as lines of a full trace."""
    history = data["histories"][run]
    lines = []
    for t, step, node, client, text in zip(*(column(history[name]) for name in ("t", "step", "node", "client", "text"))):
        line = {"t": t, "step": step}
        if node:
            line["node"] = history["nodes"][node - 1]
        if client:
            line["client"] = history["clients"][client - 1]["name"]
        lines.append(line | data["texts"][text])
    assert len(lines) == history["count"]
    return lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("html")
    for name in ("splits", "calm", "trial"):
        (folder / name).mkdir()
    (folder / "trial" / "a.yaml").write_text(LAST_MAN)
    (folder / "trial" / "b.yaml").write_text(DEVICE)
    (folder / "splits" / "first.yaml").write_text(FAILING)
    (folder / "calm" / "nasty.yaml").write_text(
        f"scenario: {json.dumps(NASTY)}\ndescription: {json.dumps(NASTY)}\ncluster: {{nodes: 2}}\nsteps:\n  - start: all\n"
        "  - trackstart: {node: 1, client: a}\n  - crash: 2\n")
    return folder


@pytest.fixture(scope="module")
def page(program, folder):
    run = votesim(program, "run", "-j", "2", "--report", "out/deep", "splits", "calm", cwd=folder)
    assert run.returncode == 1 and "1 failed, 1 held" in run.stdout
    assert os.listdir(folder / "out" / "deep") == ["index.html"]
    return folder / "out" / "deep" / "index.html"


def test_the_page_needs_nothing_but_itself(page):
    """No address that a browser would load. That it asks for none is seen in a browser, below."""
    shell, _ = read(page)
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", shell)
    assert not re.search(r"""@import|url\(\s*["']?(?:https?:)?//|\bfetch\(|XMLHttpRequest|importScripts|sendBeacon|WebSocket""", shell)
    assert "<!--votesim-data-->" not in shell


def test_no_word_of_a_scenario_ends_the_script(page):
    text = page.read_text(encoding="utf-8")
    _, data = read(page)
    result = next(run for run in data["results"]["runs"] if not run["failed"])
    assert result["scenario"] == result["description"] == NASTY
    assert "it's </script>" not in text and "it's \\u003c/script>" in text


def test_it_has_the_scenarios_as_they_stand_on_disk(page, folder):
    _, data = read(page)
    assert data["sources"] == {name: (folder / name).read_text() for name in ("splits/first.yaml", "calm/nasty.yaml")}
    assert [step["line"] for step in data["histories"][0]["steps"]] == [7, 8, 9, 16]


@pytest.mark.parametrize("scenario", ["splits/first.yaml", f"{ROOT}/scenarios/qdevice/sync-held.yaml", f"{ROOT}/scenarios/clients/killed.yaml"])
def test_it_has_every_event_of_a_full_trace(program, folder, scenario):
    assert votesim(program, "run", "--report", "all", "--trace", "t.jsonl", "--trace-all", scenario, cwd=folder).returncode in (0, 1)
    _, data = read(folder / "all" / "index.html")
    told = [event for run in range(len(data["histories"])) for event in events(data, run)]
    for event in told:
        if event.get("event") == "reach":
            assert sorted(node for group in event.pop("groups") for node in group) and event.pop("whole") == 1
    lines = [json.loads(line) for line in (folder / "t.jsonl").read_text().splitlines()]
    for line in lines:
        line.pop("scenario", None)
        line.pop("variant", None)
    assert [event for event in told if event.get("event") != "state"] == lines


def test_it_has_each_nodes_state_as_getinfo_tells_it(program, folder):
    """At each answer to a getinfo of the own node the last state told before is what it says."""
    (folder / "states.yaml").write_text(
        "scenario: states\ncluster: {nodes: 3, quorum: {last_man_standing: 1, wait_for_all: 1}}\nsteps:\n  - start: all\n"
        + "".join(f"  - {step}\n  - getinfo: {{node: 1, client: a}}\n" for step in
                  ("crash: 3", "wait: 15s", "setexpected: {node: 1, client: a, votes: 3}", "start: 3", "partition: [[1], [2, 3]]", "heal: all")))
    assert votesim(program, "run", "--report", "states", "states.yaml", cwd=folder).returncode == 0
    _, data = read(folder / "states" / "index.html")
    last, compared, seen = {}, 0, set()
    for event in events(data, 0):
        if event.get("event") == "state":
            last[event["node"]] = {key: value for key, value in event.items() if key not in ("t", "step", "node", "event")}
        elif event.get("reply") == "getinfo":
            assert {key: event[key] for key in last[1]} == last[1], event
            compared += 1
            seen.add((event["total_votes"], event["highest_expected"]))
    assert compared == 6 and len(seen) >= 3


def test_the_same_runs_give_the_same_bytes(program, folder, page):
    assert votesim(program, "run", "--report", "again", "splits", "calm", cwd=folder).returncode == 1
    assert (folder / "again" / "index.html").read_bytes() == page.read_bytes()


def test_standard_input_has_no_source_to_show(program, folder):
    with open(folder / "splits" / "first.yaml", encoding="utf-8") as file:
        assert votesim(program, "run", "--report", "stdin", "-", cwd=folder, stdin=file).returncode == 1
    assert read(folder / "stdin" / "index.html")[1]["sources"] == {"-": None}


def test_the_report_changes_no_word_on_the_terminal(program, folder):
    plain = votesim(program, "run", "splits", "calm", cwd=folder)
    told = votesim(program, "run", "--report", "other", "splits", "calm", cwd=folder)
    assert (told.returncode, told.stdout, told.stderr) == (plain.returncode, plain.stdout, plain.stderr)


@pytest.mark.parametrize("where, why", [
    ("splits/first.yaml", "cannot write splits/first.yaml/index.html: Not a directory"),
    ("splits/first.yaml/deep", "cannot write splits/first.yaml/deep/index.html: Not a directory"),
    ("/proc/none", "cannot write /proc/none/index.html: No such file or directory"),
    ("-", "--report wants a folder, not '-'"), ("", "--report wants a folder, not ''"),
    ("x" * 5000, "File name too long"),
])
def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(program, folder, where, why):
    run = votesim(program, "run", "--report", where, "splits", cwd=folder)
    assert run.returncode == 2 and why in run.stderr and run.stdout == "" and "FAILED" not in run.stderr


def test_a_full_disk_is_told(program, folder):
    (folder / "full").mkdir()
    (folder / "full" / "index.html").symlink_to("/dev/full")
    run = votesim(program, "run", "--report", "full", "calm", cwd=folder)
    assert run.returncode == 2 and "cannot write full/index.html" in run.stderr


# ---- the template, and the page in a browser ------------------------------------------------------------------------

def test_the_template_is_what_its_source_builds(tmp_path):
    npm("reports/html")
    for name in ("src", "build.mjs", "package.json", "node_modules"):
        (tmp_path / name).symlink_to(f"{HTML}/{name}")
    checked = subprocess.run(["npx", "tsc", "--noEmit"], cwd=HTML, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    done = subprocess.run(["node", "--preserve-symlinks", "--preserve-symlinks-main", "build.mjs"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "dist" / "report.html").read_bytes() == open(f"{HTML}/dist/report.html", "rb").read(), "make report-template"


def test_the_page_in_a_browser(program, folder, page):
    npm("reports/html")
    if not os.path.exists("/usr/bin/chromium"):
        missing("chromium", "chromium")
    assert votesim(program, "run", "--only", "partition-384-nodes", "--report", "big", f"{ROOT}/scenarios/partitions/big-clusters.yaml", cwd=folder).returncode == 0
    assert votesim(program, "run", "-j", "2", "--report", "library", "splits", "trial", f"{ROOT}/scenarios/", cwd=folder).returncode == 1
    (folder / "large.yaml").write_text(bench.split(384))
    assert votesim(program, "run", "--report", "large", "large.yaml", cwd=folder).returncode == 1
    assert votesim(program, "run", "--report", "two", "trial", "calm", cwd=folder).returncode == 1
    (folder / "joining.yaml").write_text(JOINING)
    assert votesim(program, "run", "--report", "joining", "joining.yaml", cwd=folder).returncode == 1
    renew = ["--update-snapshots=all", "--grep=layout"] if os.environ.get("VOTESIM_SCREENSHOTS") == "renew" else []
    done = subprocess.run(["npx", "playwright", "test", "--reporter=line", *renew], cwd=HTML, capture_output=True, text=True, timeout=900,
                          env={**os.environ, "VOTESIM_REPORTS": str(folder), "NO_COLOR": "1"})
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)
