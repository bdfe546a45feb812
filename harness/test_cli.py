"""The command line as its users meet it: votesim is run as a program, on small scenarios in folders of their own, and
its exit status, its two outputs and its files are looked at. Exit statuses: 0 held, 1 failed, 2 bad input, 3 internal.
"""

import os
import pty
import re
import select
import subprocess
import xml.etree.ElementTree as ET

import pytest

from .support import ROOT, scenario_files, votesim

HOLDS = """\
scenario: holds
cluster: {nodes: 3}
steps:
  - start: all
  - trackstart: {node: 1, client: a, flags: [CHANGES], context: 42}
  - partition: [[1, 2], [3]]
    expect: {quorate: {1: true, 3: false}}
"""
FAILS = HOLDS.replace("scenario: holds", "scenario: fails").replace("3: false", "3: true")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "holds.yaml").write_text(HOLDS)
    (tmp_path / "fails.yaml").write_text(FAILS)
    return tmp_path


def on_a_terminal(command: list[str], **options) -> tuple[int, bytes]:
    """Run with both outputs on a pseudo-terminal: exit status, what it showed."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, **options)
    os.close(slave)
    shown = b""
    while True:
        if not select.select([master], [], [], 60)[0]:
            process.kill()
            raise TimeoutError(command)
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(60), shown


# ---- exit statuses ------------------------------------------------------------------

def test_what_holds_exits_0(program, folder):
    run = votesim(program, "run", str(folder / "holds.yaml"))
    assert (run.returncode, run.stderr) == (0, "")
    assert "1" in run.stdout


def test_what_fails_exits_1_and_says_everything_on_standard_error(program, folder):
    """First what was expected, then what came, then how to reproduce it; and where."""
    run = votesim(program, "run", str(folder / "fails.yaml"))
    assert run.returncode == 1
    text = run.stderr
    where = re.search(re.escape(str(folder / "fails.yaml")) + r":(\d+):(\d+)", text)
    assert where and where.group(1) == "7", text
    expected, came = text.lower().index("expected"), text.lower().index("came")
    again = text.index("votesim run")
    assert expected < came < again, text
    assert "fails" in text


def test_the_way_to_reproduce_reproduces(program, folder):
    first = votesim(program, "run", "--seed", "3", str(folder / "fails.yaml"))
    line = next(line for line in first.stderr.splitlines() if "votesim run" in line)
    command = line[line.index("votesim run"):].split()[1:]
    again = votesim(program, *command)
    assert again.returncode == 1
    assert first.stderr in again.stderr


def test_one_failure_among_others_exits_1_and_the_others_still_run(program, folder):
    run = votesim(program, "run", str(folder / "fails.yaml"), str(folder / "holds.yaml"))
    assert run.returncode == 1
    alone = votesim(program, "run", str(folder / "fails.yaml"))
    assert run.stderr == alone.stderr


@pytest.mark.parametrize("arguments", [
    [], ["dance"], ["run"], ["check"], ["run", "--dance", "x.yaml"], ["run", "-j"], ["run", "-j", "0", "x.yaml"],
    ["run", "-j", "-1", "x.yaml"], ["run", "-j", "many", "x.yaml"], ["run", "--trace"], ["run", "--junit"], ["run", "--seed"],
    ["replay"], ["explore"], ["--dance"],
], ids=" ".join)
def test_bad_usage_exits_2_and_says_why(program, arguments, folder):
    run = votesim(program, *arguments, cwd=folder)
    assert run.returncode == 2
    assert run.stderr.strip() and run.stdout == ""
    assert len(run.stderr) < 4000


@pytest.mark.parametrize("arguments", [["--help"], ["help"], ["-h"]], ids=" ".join)
def test_help_is_no_failure(program, arguments):
    run = votesim(program, *arguments)
    assert run.returncode == 0 and run.stderr == ""
    for command in ("run", "check", "explain"):
        assert f"votesim {command} " in run.stdout


def test_version(program):
    run = votesim(program, "--version")
    assert run.returncode == 0 and run.stdout.startswith("votesim ") and len(run.stdout.splitlines()) == 1


# ---- what to run ----------------------------------------------------------------------

def names_in(junit) -> list[str]:
    return [case.get("name") for case in ET.parse(junit).iter("testcase")]


def test_files_and_folders_are_run_in_order(program, folder):
    deeper = folder / "deeper" / "still"
    deeper.mkdir(parents=True)
    for number in (2, 1, 3):
        (deeper / f"{number}.yaml").write_text(HOLDS.replace("scenario: holds", f"scenario: number-{number}"))
    (folder / "deeper" / "README.md").write_text("no scenario")
    junit = folder / "out.xml"
    run = votesim(program, "run", "--junit", str(junit), str(folder / "holds.yaml"), str(folder / "deeper"))
    assert run.returncode == 0, run.stderr
    assert [name.split()[0].split("/")[-1] for name in names_in(junit)] == ["holds", "number-1", "number-2", "number-3"]


def test_several_documents_in_a_file(program, folder):
    (folder / "two.yaml").write_text(HOLDS + "---\n" + HOLDS.replace("scenario: holds", "scenario: second"))
    junit = folder / "out.xml"
    assert votesim(program, "run", "--junit", str(junit), str(folder / "two.yaml")).returncode == 0
    assert len(names_in(junit)) == 2


def test_a_matrix_runs_once_for_each_combination(program, folder):
    text = HOLDS.replace("scenario: holds", "scenario: grid\nmatrix: {wfa: [0, 1], context: [1, 2, 3]}")
    text = text.replace("{nodes: 3}", "{nodes: 3, quorum: {wait_for_all: \"${wfa}\"}}").replace("42", '"${context}"')
    (folder / "grid.yaml").write_text(text)
    junit = folder / "out.xml"
    run = votesim(program, "run", "--junit", str(junit), str(folder / "grid.yaml"))
    assert run.returncode == 0, run.stderr
    assert len(set(names_in(junit))) == 6


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_folder_without_scenarios_is_a_mistake(program, command, folder):
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_text("nothing")
    run = votesim(program, command, str(folder / "empty"))
    assert run.returncode == 2
    assert "empty" in run.stderr


@pytest.mark.parametrize("command", ["run", "check"])
def test_a_file_that_cannot_be_read(program, command, folder):
    missing = votesim(program, command, str(folder / "missing.yaml"))
    assert missing.returncode == 2
    assert "missing.yaml" in missing.stderr and "no such file" in missing.stderr.lower()
    (folder / "noise.yaml").write_bytes(bytes(range(256)) * 20)
    noise = votesim(program, command, str(folder / "noise.yaml"))
    assert noise.returncode == 2 and "noise.yaml" in noise.stderr
    (folder / "nothing.yaml").write_text("")
    nothing = votesim(program, command, str(folder / "nothing.yaml"))
    assert nothing.returncode == 2 and "nothing.yaml" in nothing.stderr


def test_bad_input_runs_nothing(program, folder):
    """One file with a mistake: no other is run, and no output file is made."""
    (folder / "bad.yaml").write_text("scenario: bad\ncluster: {nodes: 3}\nsteps:\n  - strat: all\n")
    run = votesim(program, "run", "--trace", str(folder / "trace"), str(folder / "holds.yaml"), str(folder / "bad.yaml"))
    assert run.returncode == 2
    assert run.stdout == ""
    assert not (folder / "trace").exists() or (folder / "trace").read_text() == ""


def test_standard_input(program):
    run = subprocess.run([program, "run", "-"], input=HOLDS, text=True, capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr


def test_check_runs_nothing(program, folder):
    """A scenario that would fail is a good scenario."""
    run = votesim(program, "check", str(folder))
    assert (run.returncode, run.stderr) == (0, "")


# ---- outputs ----------------------------------------------------------------------------

def test_the_trace_goes_to_a_file_or_to_standard_output(program, folder):
    path = folder / "trace.jsonl"
    to_file = votesim(program, "run", "--trace", str(path), str(folder / "holds.yaml"))
    to_output = votesim(program, "run", "--trace", "-", str(folder / "holds.yaml"))
    assert to_file.returncode == to_output.returncode == 0
    assert path.read_text() and path.read_text() == "".join(line for line in to_output.stdout.splitlines(True) if line.startswith("{"))


@pytest.mark.parametrize("jobs", ["2", "7"])
def test_jobs_change_nothing_but_time(program, jobs, folder):
    outputs = []
    for count in ("1", jobs):
        files = {name: folder / f"{name}-{count}" for name in ("trace", "junit")}
        run = votesim(program, "run", "-j", count, "--trace", str(files["trace"]), "--junit", str(files["junit"]),
                      str(folder), os.path.join(ROOT, "scenarios"))
        assert run.returncode == 1
        timeless = [re.sub(r"\d+(\.\d+)? (ns|us|ms|s)\b", "TIME", text) for text in (run.stdout, run.stderr)]
        junit = re.sub(r'\b(time|timestamp)="[^"]*"', "", files["junit"].read_text())
        outputs.append((timeless, files["trace"].read_bytes(), junit))
    assert outputs[0] == outputs[1]


def test_junit(program, folder):
    """Well-formed whatever the scenario's words are, with the counts that CI systems show, and the failure's text."""
    (folder / "odd.yaml").write_text(FAILS.replace("scenario: fails", "scenario: odd\ndescription: \"<a> & ]]> 'q' \\u0001 é\""))
    path = folder / "out.xml"
    run = votesim(program, "run", "--junit", str(path), str(folder))
    assert run.returncode == 1
    root = ET.parse(path).getroot()
    suites = [root] if root.tag == "testsuite" else list(root.iter("testsuite"))
    assert sum(int(suite.get("tests")) for suite in suites) == len(list(root.iter("testcase"))) == 3
    assert sum(int(suite.get("failures")) for suite in suites) == 2
    failed = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert len(failed) == 2
    for case in failed:
        assert "expected" in "".join(case.find("failure").itertext()).lower()


def test_neither_colour_nor_progress_in_a_pipe(program, folder):
    run = votesim(program, "run", str(folder))
    assert "\x1b" not in run.stdout + run.stderr and "\r" not in run.stdout + run.stderr


def test_colour_on_a_terminal(program, folder):
    status, shown = on_a_terminal([program, "run", str(folder)], env={**os.environ, "TERM": "xterm", "NO_COLOR": ""})
    assert status == 1
    assert b"\x1b[" in shown


def test_no_colour_where_it_is_not_wanted(program, folder):
    for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}):
        clean = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        status, shown = on_a_terminal([program, "run", str(folder)], env={**clean, **environment})
        assert status == 1
        assert not re.search(rb"\x1b\[[0-9;]*m", shown)


def test_an_output_that_cannot_be_written(program, folder):
    for option in ("--trace", "--junit"):
        run = votesim(program, "run", option, str(folder / "no" / "such" / "folder"), str(folder / "holds.yaml"))
        assert run.returncode in (2, 3) and "folder" in run.stderr, option
        full = votesim(program, "run", option, "/dev/full", str(folder / "holds.yaml"))
        assert full.returncode in (2, 3) and full.stderr, option


@pytest.mark.parametrize("option", ["--trace", "--junit", "--markdown"])
def test_a_scenario_is_not_written_over(program, folder, option):
    """A slip in the order of the words must not cost the scenario, by whatever name it is called."""
    (folder / "link").symlink_to("holds.yaml")
    for name in ("holds.yaml", "./holds.yaml", "link"):
        run = votesim(program, "run", "holds.yaml", option, name, cwd=folder)
        assert run.returncode == 2 and f"{option} would write over holds.yaml" in run.stderr
        assert (folder / "holds.yaml").read_text() == HOLDS


def test_two_outputs_are_two_files(program, folder):
    """Not there yet, there already, and a device that may be named twice."""
    for _ in range(2):
        run = votesim(program, "run", "holds.yaml", "--json", "out", "--tap", "out", cwd=folder)
        assert run.returncode == 2 and "--json and --tap would both write out" in run.stderr
        (folder / "out").write_text("before")
    assert (folder / "out").read_text() == "before"
    assert votesim(program, "run", "holds.yaml", "--json", "/dev/null", "--tap", "/dev/null", cwd=folder).returncode == 0


def test_a_link_that_leads_nowhere_is_told_as_such(program, folder):
    """Also in a folder: a scenario that is not there is not passed over."""
    (folder / "gone.yaml").symlink_to("nowhere.yaml")
    for path in ("gone.yaml", "."):
        run = votesim(program, "run", path, cwd=folder)
        assert run.returncode == 2 and run.stdout == ""
        assert run.stderr.splitlines() == [f"{'' if path == 'gone.yaml' else './'}gone.yaml: a symbolic link that leads nowhere"]
    assert votesim(program, "run", "", cwd=folder).stderr == ": the name of a file is empty\n"


def test_flags_are_told_by_their_names(program, folder):
    (folder / "flags.yaml").write_text("scenario: flags\ncluster: {nodes: 1, quorum: {wait_for_all: 1}}\nsteps:\n  - start: all\n"
                                       "    expect: {info: {1: {flags: [TWONODE, QDEVICE_ALIVE]}}}\n")
    told = votesim(program, "run", "flags.yaml", cwd=folder).stderr
    assert "expected  getinfo of 1 at node 1: flags TWONODE QDEVICE_ALIVE\n  came      flags QUORATE WAIT_FOR_ALL\n" in told


def test_a_byte_order_mark_says_nothing(program, folder):
    """As editors on other systems write it; with carriage returns, too."""
    plain = votesim(program, "run", "holds.yaml", cwd=folder).stdout
    (folder / "holds.yaml").write_bytes(b"\xef\xbb\xbf" + HOLDS.replace("\n", "\r\n").encode())
    assert votesim(program, "run", "holds.yaml", cwd=folder).stdout == plain
    assert votesim(program, "fmt", "holds.yaml", cwd=folder).returncode == 0
    assert (folder / "holds.yaml").read_bytes().startswith(b"scenario: holds\n")


def test_a_call_to_a_node_that_is_down_is_answered(program, folder):
    """Its client cannot connect: what initialize was answered is the answer, whichever call it was made for."""
    (folder / "down.yaml").write_text("".join([
        "scenario: down\ncluster: {nodes: 2}\nsteps:\n  - start: 1\n", *[
            f"  - {call}\n    expect: {{reply: LIBRARY}}\n" for call in (
                "initialize: {node: 2, client: a}", "trackstart: {node: 2, client: b}", "getinfo: {node: 2, client: c}",
                "dispatch: {node: 2, client: d, type: ALL}", "setvotes: {node: 2, client: e, of: 1, votes: 1}")]]))
    run = votesim(program, "run", "down.yaml", cwd=folder)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_reader_that_goes_away_ends_it_quietly(program):
    run = subprocess.run(["sh", "-c", '"$1" run --trace - scenarios/ | head -n 1', "sh", program], cwd=ROOT,
                         capture_output=True, text=True, timeout=120)
    assert run.stdout.startswith("{") and "internal" not in run.stderr


def test_nothing_is_written_but_what_was_asked_for(program, folder, tmp_path_factory):
    home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("tmp")
    before = sorted(os.listdir(folder))
    run = votesim(program, "run", "-j", "2", "--trace", "asked.jsonl", ".", cwd=folder,
                  env={**os.environ, "HOME": str(home), "TMPDIR": str(temporary)})
    assert run.returncode == 1
    assert sorted(os.listdir(folder)) == sorted(before + ["asked.jsonl"])
    assert os.listdir(home) == [] and os.listdir(temporary) == []


# ---- mistakes in scenarios ------------------------------------------------------------------

HEAD = "scenario: s\ncluster: {nodes: 3}\n"
MISTAKES = {
    # name: (the file with ^ before the place that the message must name, words it must contain)
    "unknown step": (HEAD + "steps:\n  - ^strat: all\n", ["strat", "start"]),
    "unknown key": (HEAD.replace("cluster", "^clutser") + "steps:\n  - start: all\n", ["clutser", "cluster"]),
    "unknown quorum key": ("scenario: s\ncluster:\n  nodes: 2\n  quorum: {^wait_for_al: 1}\nsteps:\n  - start: all\n", ["wait_for_al", "wait_for_all"]),
    "unknown argument": (HEAD + "steps:\n  - trackstart: {node: 1, client: a, ^flag: [CHANGES]}\n", ["flag", "flags"]),
    "unknown flag": (HEAD + "steps:\n  - trackstart: {node: 1, client: a, flags: [^CHANGE]}\n", ["CHANGE", "CHANGES"]),
    "bare number": (HEAD + "steps:\n  - wait: ^5\n", ["5"]),
    "bad duration": (HEAD + "steps:\n  - wait: ^5 parsecs\n", ["parsecs"]),
    "no such node": (HEAD + "steps:\n  - start: ^4\n", ["4"]),
    "node in two groups": (HEAD + "steps:\n  - start: all\n  - partition: [[1, 2], [^2, 3]]\n", ["2"]),
    "no steps": ("^" + HEAD, ["steps"]),
    "no cluster": ("^scenario: s\nsteps:\n  - start: all\n", ["cluster"]),
    "not YAML": (HEAD + "steps: [^", []),
    "two verbs": (HEAD + "steps:\n  - start: 1\n    ^stop: 2\n", ["stop"]),
    "key twice": (HEAD + "steps:\n  - start: 1\n    name: a\n    ^name: b\n", ["name"]),
    "expectation of no client": (HEAD + "steps:\n  - start: all\n    expect:\n      callbacks: {^zed: []}\n", ["zed"]),
    "wrong type": (HEAD + "steps:\n  - setvotes: {node: 1, client: a, of: 1, votes: ^many}\n", ["many"]),
    "number too large": (HEAD + "steps:\n  - setexpected: {node: 1, client: a, votes: ^4294967296}\n", ["4294967296"]),
    "unknown error": (HEAD + "steps:\n  - fault: {node: 1, client: a, call: getinfo, error: ^TRY_AGAN}\n", ["TRY_AGAN", "TRY_AGAIN"]),
    "unknown state": (HEAD + "steps:\n  - start: all\n  - trackstart: {node: 1, client: a, flags: 3}\n    expect:\n      callbacks:\n"
                      "        a:\n          - quorum: {nodes: {1: ^alive}}\n", ["alive"]),
    "node id twice": ("scenario: s\ncluster:\n  nodes: [{nodeid: 7}, ^{nodeid: 7}]\nsteps:\n  - start: all\n", ["7"]),
    "node id 0": ("scenario: s\ncluster:\n  nodes: [{nodeid: ^0}]\nsteps:\n  - start: all\n", ["0"]),
    "too many nodes": ("scenario: s\ncluster: {nodes: ^385}\nsteps:\n  - start: all\n", ["384"]),
    "variable of no matrix": ("scenario: s\ncluster: {nodes: ^${many}}\nsteps:\n  - start: all\n".replace("${many}", '"${many}"'), ["many"]),
    "steps no list": (HEAD + "steps: ^all\n", ["steps"]),
    "second document": (HEAD + "steps:\n  - start: all\n---\n" + HEAD + "steps:\n  - ^begin: all\n", ["begin"]),
}


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_mistake_is_told_with_its_place(program, command, name, tmp_path):
    text, words = MISTAKES[name]
    before, _, after = text.partition("^")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    path = tmp_path / "mistake.yaml"
    path.write_text(before + after)
    run = votesim(program, command, str(path))
    assert run.returncode == 2, run.stderr
    assert run.stdout == ""
    told = re.match(re.escape(str(path)) + r":(\d+):(\d+): \S", run.stderr)
    assert told, run.stderr
    if name != "not YAML":
        assert (int(told.group(1)), int(told.group(2))) == (line, column), run.stderr
    for word in words:
        assert word in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


# ---- the library --------------------------------------------------------------------------------

def test_no_scenario_of_the_library_is_left_out(program, tmp_path):
    """Every file under scenarios/ is a scenario that `votesim run scenarios/` runs, or something that it names."""
    junit = tmp_path / "out.xml"
    votesim(program, "run", "--junit", str(junit), "scenarios/")
    ran = junit.read_text()
    left_out = [path for path in scenario_files() if path not in ran]
    assert left_out == []
    others = {os.path.relpath(os.path.join(folder, name), ROOT) for folder, _, names in os.walk(os.path.join(ROOT, "scenarios"))
              for name in names} - set(scenario_files())
    texts = "".join(open(os.path.join(ROOT, path), encoding="utf-8").read() for path in scenario_files())
    strangers = [path for path in others if not path.endswith(("README.md", "GUIDE.md", "REFERENCE.md", "schema.json")) and os.path.basename(path) not in texts]
    assert strangers == []


def test_scenario_names_are_unique():
    """A name in a report leads to one scenario."""
    names = [line.split(":", 1)[1].strip() for path in scenario_files()
             for line in open(os.path.join(ROOT, path), encoding="utf-8") if line.startswith("scenario:")]
    assert sorted(set(names)) == sorted(names)


# ---- findings -----------------------------------------------------------------------

SHOWS_I2 = """\
scenario: shows
findings: [I2]
cluster: {nodes: 3}
steps:
  - start: all
  - trackstart: {node: 1, client: a}
  - setexpected: {node: 1, client: a, votes: 5}
  - crash: [2, 3]
  - start: 2
    expect: {members: {1: [1, 2]}}
"""


def test_a_finding_fails_nothing(program, tmp_path):
    (tmp_path / "s.yaml").write_text(SHOWS_I2)
    run = votesim(program, "run", "s.yaml", "--junit", "j.xml", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert re.match(r"held    [0-9a-f]{32}  s.yaml: shows  finding\nFINDING shows\n  expected  nodes 1 and 2", run.stdout)
    assert run.stdout.endswith("all held; 7 callbacks judged; 1 run shows a known finding\n")
    suites = ET.parse(tmp_path / "j.xml").getroot()
    assert suites.get("failures") == "0"
    assert "\nfinding I2 s.yaml:9:5: node 1 is not quorate" in suites.find(".//system-out").text


def test_without_its_name_it_fails(program, tmp_path):
    (tmp_path / "s.yaml").write_text(SHOWS_I2.replace("findings: [I2]\n", ""))
    run = votesim(program, "run", "s.yaml", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("FAILED shows\n  expected  nodes 1 and 2, members of one ring, agree on quorate\n")


def test_a_finding_that_does_not_show_fails(program, tmp_path):
    (tmp_path / "s.yaml").write_text(SHOWS_I2.replace("[I2]", "[I2, I1]"))
    run = votesim(program, "run", "s.yaml", "--junit", "j.xml", cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("FAILED shows\n  expected  finding I1: a breach of that rule\n"
                                 "  came      expected finding I1 did not show\n")
    assert "\n  where     s.yaml:2:16, at " in run.stderr
    assert ET.parse(tmp_path / "j.xml").getroot().find(".//failure").get("message") == "s.yaml:2:16: finding I1: a breach of that rule"


@pytest.mark.parametrize("command", ["run", "check", "explore", "explain"])
def test_a_finding_is_a_rule(program, tmp_path, command):
    (tmp_path / "s.yaml").write_text(SHOWS_I2.replace("[I2]", "[I2, wait_for-al]"))
    (tmp_path / "r.jsonl").write_text("")
    run = votesim(program, command, "s.yaml", *(["--recording", "r.jsonl"] if command == "explain" else []), cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", "s.yaml:2:16: unknown rule 'wait_for-al': did you mean 'wait-for-all'?\n")


def test_all_rules_are_told_when_none_is_near(program, tmp_path):
    (tmp_path / "s.yaml").write_text(SHOWS_I2.replace("[I2]", '["${x}"]\nmatrix: {x: [I2, zzzzzzzz]}'))
    run = votesim(program, "check", "s.yaml", cwd=tmp_path)
    assert run.returncode == 2
    assert re.fullmatch(r"s.yaml:2:12: unknown rule 'zzzzzzzz': expected one of I1, I2, .*, tracker-told \[x=zzzzzzzz\]\n", run.stderr)
