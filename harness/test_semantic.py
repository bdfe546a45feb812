"""What runs cover (`votesim run --coverage`): the numbers come from what happened, holes have commands that fill them, thresholds fail."""

import itertools
import json
import random
import re
import shlex
import shutil
import subprocess

import jsonschema
import pytest

from .support import ROOT, missing, npm, votesim

SCENARIO = """\
scenario: meets
cluster: {nodes: 2, quorum: {two_node: 1}}
steps:
  - start: all
  - trackstart: {node: 1, client: itself, flags: [CHANGES]}
  - trackstart: {node: 1, client: asked, dispatch: manual, flags: 0}
  - trackstart: {node: 1, client: late, dispatch: manual, flags: [CHANGES_ONLY]}
  - crash: 2
  - dispatch: {node: 1, client: asked, type: ONE_NONBLOCKING}
"""


def cover(program, folder, *arguments: str) -> tuple[subprocess.CompletedProcess, dict]:
    done = votesim(program, "run", "--coverage", "out", *arguments, cwd=folder)
    return done, json.loads((folder / "out" / "coverage.json").read_text())


def table(data: dict, name: str) -> dict:
    return next(table for table in data["tables"] if table["name"] == name)


def filled(data: dict, name: str) -> dict[tuple, int]:
    """The names of the words of each filled cell, and how often."""
    of = table(data, name)
    return {tuple(axis["words"][place]["name"] for axis, place in zip(of["axes"], cell["at"])): cell["count"] for cell in of["covered"]}


def holes(data: dict, name: str) -> list[tuple]:
    """Places of the cells that are neither filled nor impossible."""
    of = table(data, name)
    seen = {tuple(cell["at"]) for cell in of["covered"]}
    return [at for at in itertools.product(*(range(len(axis["words"])) for axis in of["axes"])) if at not in seen and
            not any(all(there in (None, place) for there, place in zip(never["at"], at)) for never in of["impossible"])]


def command(of: dict, at: tuple) -> list[str]:
    text = of["command"]
    for axis, place in zip(of["axes"], at):
        text = text.replace("{" + axis["name"] + "}", axis["words"][place]["name"])
    return shlex.split(text)


@pytest.fixture(scope="module")
def small(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("coverage")
    (folder / "s.yaml").write_text(SCENARIO)
    done, data = cover(program, folder, "s.yaml")
    assert done.returncode == 0, done.stderr
    return folder, data, done


@pytest.fixture(scope="module")
def library(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    done, data = cover(program, folder, "-q", "-j", "2", "--coverage-min", f"{ROOT}/reports/coverage.minimum", f"{ROOT}/scenarios")
    assert done.returncode == 0, done.stderr
    return folder, data


def test_what_a_tracker_met_and_how_it_was_taken(small):
    _, data, _ = small
    met = filled(data, "tracking")
    assert met[("CHANGES", "crash", "two_node", "ALL")] == 1, "it dispatches by itself"
    assert met[("0", "crash", "two_node", "ONE_NONBLOCKING")] == 1, "it is told nothing, and has met it all the same"
    assert not any(cell[:2] == ("CHANGES_ONLY", "crash") for cell in met), "it has not dispatched since"
    assert {cell[2] for cell in met} == {"two_node"} and not any(cell[1] == "partition" for cell in met)
    assert filled(data, "errors")[("dispatch", "TRY_AGAIN")] == 1
    assert filled(data, "rules")[("two-node",)] > 0 and filled(data, "history") == {}


def test_it_is_seen_and_not_read(program, tmp_path):
    """A step that changes nothing is none: who heals what is whole has met no merge."""
    (tmp_path / "s.yaml").write_text(SCENARIO.replace("crash: 2", "heal: all"))
    assert not {"heal", "partition", "crash"} & {cell[1] for cell in filled(cover(program, tmp_path, "s.yaml")[1], "tracking")}


def test_a_row_counts_when_it_holds(program, tmp_path):
    named = SCENARIO.replace("scenario: meets", "scenario: history-28-29-both\ntags: [history-7, history-x]")
    (tmp_path / "s.yaml").write_text(named)
    assert set(filled(cover(program, tmp_path, "s.yaml")[1], "history")) == {("7",), ("28",), ("29",)}
    (tmp_path / "s.yaml").write_text(named + "    expect: {reply: OK}\n")
    done, data = cover(program, tmp_path, "s.yaml")
    assert done.returncode == 1 and filled(data, "history") == {}


def test_the_json_is_as_its_schema_says(small, library):
    with open(f"{ROOT}/reports/coverage.schema.json", encoding="utf-8") as file:
        validator = jsonschema.Draft202012Validator(json.load(file))
    for data in (small[1], library[1]):
        validator.validate(data)
        for of in data["tables"]:
            assert of["filled"] == len(of["covered"]) and of["filled"] + of["never"] + len(holes(data, of["name"])) == of["cells"]
            assert of["permille"] == 1000 * of["filled"] // (of["cells"] - of["never"])
            assert all(never["why"] and never["source"] for never in of["impossible"])


def test_what_is_called_impossible_was_never_seen(library):
    for of in library[1]["tables"]:
        for never in of["impossible"]:
            assert not [cell for cell in of["covered"] if all(there in (None, place) for there, place in zip(never["at"], cell["at"]))], never


def test_threads_change_no_byte(program, library, tmp_path):
    folder, _ = library
    for jobs in ("1", "5"):
        assert votesim(program, "run", "-q", "-j", jobs, "--coverage", str(folder / "out"), f"{ROOT}/scenarios").returncode == 0
        (tmp_path / jobs).mkdir()
        for name in ("coverage.json", "coverage.html"):
            shutil.copy(folder / "out" / name, tmp_path / jobs / name)
    for name in ("coverage.json", "coverage.html"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "5" / name).read_bytes()


def test_every_hole_of_the_small_tables_and_a_sample_of_the_large_one_can_be_filled(program, small, tmp_path):
    """The command is run as it is told, what it writes is run, and fills the hole that it is for."""
    _, data, _ = small
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "votesim").symlink_to(program)
    for of in data["tables"]:
        wanted = holes(data, of["name"])
        if len(wanted) > 200:
            wanted = random.Random(1).sample(wanted, 150)
        for at in wanted:
            asked = command(of, at)
            made = votesim([str(tmp_path / "bin" / asked[0])], *asked[1:], "--force", cwd=tmp_path)
            assert made.returncode == 0, (asked, made.stderr)
            done, now = cover(program, tmp_path, "-q", "new.yaml")
            assert done.returncode == 0, (asked, done.stderr)
            assert at in {tuple(cell["at"]) for cell in table(now, of["name"])["covered"]}, asked


def test_an_impossible_cell_is_refused_with_its_reason(program):
    made = votesim(program, "new", "--call", "context_get", "--error", "INTERRUPT")
    assert (made.returncode, made.stdout) == (2, "") and "no run can do that: the library answers by itself (votequorum_context_get(3)" in made.stderr


@pytest.mark.parametrize("minimum, told", [
    ("rules=100", "coverage of rules is"), ("tracking=99.9", "asked for are 99.9 %"), ("pairs=100", "coverage of pairs"),
])
def test_a_threshold_that_is_missed_fails(program, small, minimum, told):
    folder, _, _ = small
    done = votesim(program, "run", "--coverage-min", minimum, "s.yaml", cwd=folder)
    assert done.returncode == 1 and told in done.stderr and "held" in done.stdout
    (folder / "minimum").write_text(f"# why\n\n {minimum.replace('=', ' = ')}  # so much\n")
    assert votesim(program, "run", "--coverage-min", "minimum", "s.yaml", cwd=folder).stderr == done.stderr
    assert votesim(program, "run", "--coverage-min", re.sub("=.*", "=0", minimum), "s.yaml", cwd=folder).returncode == 0


@pytest.mark.parametrize("arguments, told", [
    (["--coverage-min", "rule=5"], "there is no 'rule'; there are tracking, rules, errors, configuration, history, pairs"),
    (["--coverage-min", "rules=101"], "rules wants a percentage, 0 to 100 with one decimal at most, not '101'"),
    (["--coverage-min", "rules=5.55"], "not '5.55'"), (["--coverage-min", "rules="], "not ''"),
    (["--coverage-min", "none"], "cannot read 'none'"), (["--coverage-min", "bad"], "bad:2: KIND=PERCENT is wanted, not 'rules'"),
    (["--coverage", "-"], "--coverage wants a folder, not '-'"), (["--coverage", "bad"], "cannot write bad/coverage.html: Not a directory"),
])
def test_bad_usage_runs_nothing(program, small, tmp_path, arguments, told):
    (tmp_path / "s.yaml").write_text(SCENARIO)
    (tmp_path / "bad").write_text("errors=5\nrules\n")
    done = votesim(program, "run", *arguments, "s.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "") and told in done.stderr


@pytest.mark.parametrize("arguments, told", [
    (["--event", "flood"], "--event wants one of trackstart, track-again"), (["--event", "crash", "--feature", "magic"], "--feature wants one of none, two_node"),
    (["--event", "crash", "--rule", "I1"], "only one of --event, --call, --check, --rule and --row"), (["--call", "getinfo"], "--error is missing"),
    (["--dispatch", "ONE"], "--dispatch is for --event"), (["--event", "crash", "--nodes", "3"], "it brings its own"),
    (["--event", "crash", "--flags", "SOME"], "--flags wants CURRENT"), (["--row", "60"], "--row wants one of 1, 2"),
])
def test_new_says_what_there_is(program, arguments, told):
    made = votesim(program, "new", *arguments)
    assert (made.returncode, made.stdout) == (2, "") and told in made.stderr


def test_the_summary_says_what_is_missing(small):
    _, _, done = small
    assert "\ncoverage\n  tracking " in done.stdout and "    not: 1, 2, 3, 4" in done.stdout and done.stdout.endswith(": out/coverage.html\n")


def test_the_page_needs_nothing_but_itself_and_links_lead_somewhere(program, small, tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "s.yaml").write_text(SCENARIO)
    assert votesim(program, "run", "--coverage", "a/b", "--report", "c", "in/s.yaml", cwd=tmp_path).returncode == 0
    page = (tmp_path / "a" / "b" / "coverage.html").read_text()
    data = json.loads(re.search(r'id="votesim-data">(.*?)</script>', page, re.S).group(1))
    assert data == json.loads((tmp_path / "a" / "b" / "coverage.json").read_text())
    assert (data["report"], data["scenarios"][0]["file"]) == ("../../c/index.html", "../../in/s.yaml")
    assert not re.search(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|@import|\bfetch\(|XMLHttpRequest""", page)
    with open(tmp_path / "in" / "s.yaml", encoding="utf-8") as file:
        assert votesim(program, "run", "--coverage", "stdin", "-", cwd=tmp_path, stdin=file).returncode == 0
    assert json.loads((tmp_path / "stdin" / "coverage.json").read_text())["scenarios"][0]["file"] is None


def test_new_writes_what_lint_finds_nothing_in(program, tmp_path):
    made = votesim(program, "new", "--event", "crash", "--feature", "device", "--flags", "CHANGES", "-o", "s.yaml", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    lint = votesim(program, "lint", "s.yaml", cwd=tmp_path)
    assert (lint.returncode, lint.stdout) == (0, "")


def test_the_page_in_a_browser(library):
    folder = npm("reports/html")
    if not shutil.which("chromium"):
        missing("chromium", "chromium")
    page = library[0] / "out" / "coverage.html"
    done = subprocess.run(["node", f"{ROOT}/reports/coverage/look.mjs", str(page)], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
