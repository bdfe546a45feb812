"""votesim replay: through a run forward and back, from a script, a pipe and a terminal. What is asked of a moment must
not depend on the way that led to it.
"""

import json
import os
import pty
import select
import subprocess
import termios
import time

import jsonschema
import pytest

from .support import ROOT, scenario_files, votesim

RUN = """\
scenario: minority
cluster: {nodes: 3, quorum: {wait_for_all: 1, last_man_standing: 1}}
steps:
  - start: all
  - trackstart: {node: 1, client: a, flags: [CHANGES], context: 42, dispatch: manual}
  - partition: [[1, 2], [3]]
    expect: {quorate: {1: true, 3: true}}
  - heal: all
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "run.yaml").write_text(RUN)
    return str(tmp_path / "run.yaml")


def replay(program, file: str, *commands: str, options: tuple = ()) -> str:
    """What the commands print; they must all work."""
    done = votesim(program, "replay", file, *options, *(word for text in commands for word in ("--command", text)))
    assert (done.returncode, done.stderr) == (0, ""), commands
    return done.stdout


def moments(program, file: str, *commands: str) -> list[dict]:
    return [json.loads(line) for line in replay(program, file, *commands, options=("--json",)).splitlines()]


# ---- moving -------------------------------------------------------------------------

def test_a_moment_is_the_same_from_wherever_it_is_come_to(program, file):
    events = moments(program, file, "where")[0]["events"]
    assert events > 100
    forward = moments(program, file, *["next"] * events)
    back = moments(program, file, "end", *["back"] * events)
    assert [moment["event"] for moment in forward] == list(range(1, events + 1))
    assert forward == list(reversed(back[:-1]))
    assert moments(program, file, f"event {events // 2}")[0] == forward[events // 2 - 1]


def test_steps_and_times(program, file):
    steps = moments(program, file, "list")[0]["steps"]
    assert [step["verb"] for step in steps] == ["start", "trackstart", "partition", "heal"]
    assert steps[2]["text"] == "partition 1 2 | 3"
    for number, step in enumerate(steps):
        before, after = moments(program, file, f"before {number}", f"step {number}")
        assert (before["event"], after["event"]) == (step["before"], step["end"])
        assert after["step"] == number and after["settled"]
    walked = moments(program, file, "step", "step", "step", "step")
    assert [moment["event"] for moment in walked] == [step["end"] for step in steps]
    at = moments(program, file, "time 5s", "next")
    assert at[0]["t"] <= 5_000_000_000 < at[1]["t"]


def test_the_same_bytes_every_time(program, file):
    commands = ["list", "step 2", "who", "node 2", "due", "diff", "log 30", "why", "critical", "json", "back 7", "where"]
    assert replay(program, file, *commands) == replay(program, file, *commands)
    assert replay(program, file, *commands) == replay(program, file, "; ".join(commands))


def test_a_seed_is_that_of_run(program, file):
    told = [replay(program, file, "end", "json", options=("--seed", seed)) for seed in ("5", "5", "6")]
    assert told[0] == told[1] != told[2]
    assert json.loads(told[0].splitlines()[1])["seed"] == 5


# ---- showing ------------------------------------------------------------------------

def test_the_state_of_a_moment(program, file):
    moment = moments(program, file, "step 2")[0]
    first, second, third = moment["nodes"]
    assert first["reaches"] == first["votequorum"]["members"] == [1, 2] and third["votequorum"]["members"] == [3]
    assert [node["votequorum"]["quorate"] for node in moment["nodes"]] == [True, True, False]
    assert third["votequorum"]["wait_for_all"] == {"on": True, "waiting": True}
    assert second["timers"]["last_man_standing"] == 8_580_700_000 + 10_000_000_000
    assert [(record["node"], record["state"]) for record in second["votequorum"]["records"]] == \
        [(2, "member"), (1, "member"), (3, "dead")]
    assert first["votequorum"]["trackers"] == [{"client": "a", "context": 42}]
    client = moment["clients"][0]
    assert (client["client"], client["node"], client["was_told"]["callbacks"]) == ("a", 1, 0)
    assert [waits["kind"] for waits in client["queue"]] == ["nodelist", "quorum"] * 2
    assert [waits.get("members") for waits in client["queue"]] == [[1, 2, 3], None, [1, 2], None]
    assert moments(program, file, "step 2", "node 3")[1] == third


def test_what_clients_were_told(program, tmp_path):
    (tmp_path / "run.yaml").write_text(RUN.replace(", dispatch: manual", ""))
    before, after = moments(program, str(tmp_path / "run.yaml"), "step 1", "step 2")
    assert before["clients"][0]["was_told"]["members"] == [1, 2, 3]
    told = after["clients"][0]["was_told"]
    assert told["members"] == [1, 2] and told["quorate"] and after["clients"][0]["queue"] == []
    assert {entry["node"]: entry["state"] for entry in told["nodes"]} == {1: "member", 2: "member", 3: "dead"}


def test_who_believes_what_is_not_so(program, file):
    """Between the split and the new rings."""
    step = moments(program, file, "list")[0]["steps"][2]
    told = replay(program, file, f"event {step['before'] + 1}", "who")
    assert told.count("<- not whom it reaches") == 3
    assert "node 3: reaches 3; believes in 1 2 3, quorate (3 of 3 votes, quorum 2)" in told
    assert "<-" not in replay(program, file, "step 2", "who")


def test_diff_is_what_the_last_move_changed(program, file):
    told = replay(program, file, "step 2", "diff")
    assert "\n  node 3 votequorum quorate: yes -> no\n" in told
    changes = json.loads(replay(program, file, "step 2", "diff", options=("--json",)).splitlines()[1])["changes"]
    assert {"what": "node 3 votequorum quorate", "before": "yes", "after": "no"} in changes
    same = replay(program, file, "step 2", "diff before 2", "diff event 0", "event 5", "event 5", "diff").split("event ")
    assert same[-1].endswith("nothing changed\n")
    assert "+ node 3 votequorum quorum: 2\n" in "".join(same)


def test_watch_stops_where_it_changes(program, file):
    told = moments(program, file, "watch node 3 votequorum quorate", "step 1", "continue", "back", "end", "continue back")
    quorate = [moment["nodes"][2]["votequorum"]["quorate"] for moment in told]
    assert quorate == [True, False, True, True, True]
    assert told[1]["step"] == 2 and told[1]["event"] == told[2]["event"] + 1
    assert told[4]["step"] == 3 and told[4]["event"] < told[3]["event"]


def test_continue_stops_at_a_failure(program, file):
    steps = moments(program, file, "list")[0]["steps"]
    why = moments(program, file, "why")[0]["verdicts"][0]
    assert (why["kind"], why["step"], why["node"], why["event"]) == ("expectation failed", 2, 3, steps[2]["end"])
    assert moments(program, file, "continue")[0]["event"] == why["event"]
    assert "node 3 is quorate" in replay(program, file, "why")


def test_answers_are_what_their_schema_says(program, file):
    """All kinds of answers, and moments of runs with devices, paused nodes, reloads, clients of all kinds."""
    with open(f"{ROOT}/reports/replay.schema.json", encoding="utf-8") as text:
        schema = json.load(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    answers = moments(program, file, "list", "why", "step 2", "diff", "log", "node 3", "due", "critical", "critical quorate")
    kinds = {"steps", "verdicts", "changes", "log", "averting_steps", "votequorum", "due"}
    assert all(any(kind in answer for answer in answers) for kind in kinds)
    tried = 0
    for path in scenario_files()[::8]:
        if votesim(program, "replay", path, "--command", "where").returncode == 0:
            answers += moments(program, path, *(f"time {seconds}s" for seconds in (0, 1, 3, 20)), "end", "why")
            tried += 1
    assert tried > 5
    for answer in answers:
        assert [error.message for error in validator.iter_errors(answer)] == []
    assert not validator.is_valid({**answers[2], "nodes": [{**answers[2]["nodes"][0], "boots": "once"}]})
    assert not validator.is_valid({key: value for key, value in answers[2].items() if key != "due"})


# ---- the critical step --------------------------------------------------------------

def test_the_critical_step(program, file):
    told = replay(program, file, "critical")
    assert "Step 2 (partition 1 2 | 3) is the critical step: from the state before it" in told
    assert "left out, all later steps are taken: ends well" in told
    critical = json.loads(replay(program, file, "critical", options=("--json",)))
    assert (critical["ended_badly"], critical["step"], critical["averting_steps"]) == (True, 2, [2])
    assert critical["left_out_ends_well"] and critical["other_interleavings"]["well"] == 0 < critical["other_interleavings"]["tried"]


def test_a_scenario_that_makes_its_own_choices(program, tmp_path):
    """As votesim shrink writes them: the moments are those of the run that it found."""
    (tmp_path / "run.yaml").write_text(RUN + "choices:\n  order: {3: 1}\n")
    run = votesim(program, "run", str(tmp_path / "run.yaml"), "--trace", "-", "--trace-all")
    told = [json.loads(line) for line in run.stdout.splitlines()]
    log = json.loads(replay(program, str(tmp_path / "run.yaml"), "end", "log 100000", options=("--json",)).splitlines()[1])["log"]
    assert [line["t"] for line in log] == [line["t"] for line in told if is_told(line)]


def is_told(line: dict) -> bool:
    """Not the replies that a client gets which dispatches by itself."""
    return line.get("event") != "call" or line["function"] != "dispatch"


def test_a_run_that_ends_well_has_none(program, tmp_path):
    (tmp_path / "run.yaml").write_text(RUN.replace("3: true", "3: false"))
    assert replay(program, str(tmp_path / "run.yaml"), "critical") == "The run ends well: no step is critical.\n"
    assert "no step is critical" in replay(program, str(tmp_path / "run.yaml"), "critical quorate")


# ---- mistakes -----------------------------------------------------------------------

@pytest.mark.parametrize("command, words", [
    ("jump 3", "no command 'jump'; 'help' lists them"),
    ("step 4", "there is no step '4'; steps are 0 to 3"),
    ("step two", "there is no step 'two'"),
    ("node 7", "there is no node '7'"),
    ("node", "it wants a node id"),
    ("event 100000", "a number from 0 to"),
    ("time 5", "a time is 1500ms, 2s or 1.5s, not '5'"),
    ("back", "this is the start of the run"),
    ("end; next", "the run is over"),
    ("end; step", "there is no further step"),
    ("who am i", "who does not take 'am'"),
    ("diff since 3", "it wants nothing, 'event N' or 'before K'"),
    ("continue down", "it wants nothing, or 'back'"),
    ("watch", "it wants what diff shows"),
    ("critical path", "it wants nothing, or 'quorate'"),
    ("json me", "it wants nothing, or 'node N'"),
])
def test_a_mistake_in_a_script_is_one_line_and_status_2(program, file, command, words):
    done = votesim(program, "replay", file, "--command", command + "; where")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and words in done.stderr, done.stderr
    assert done.stderr.startswith("votesim: --command 1: ")
    piped = votesim(program, "replay", file, stdin=None, input=f"# first\n{command}\nwhere\n")
    assert piped.returncode == 2 and piped.stderr.startswith("votesim: line 2: ") and words in piped.stderr


@pytest.mark.parametrize("arguments, words", [
    ([], "replay wants one scenario file"),
    (["a.yaml", "b.yaml"], "replay wants one scenario file"),
    (["--jobs", "2", "a.yaml"], "unknown option '--jobs'"),
    (["a.yaml", "--command"], "option '--command' wants a value"),
    (["a.yaml", "--seed", ""], "--seed wants a number or a text"),
])
def test_bad_usage(program, arguments, words):
    done = votesim(program, "replay", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stdout == ""


def test_of_several_runs_one_is_chosen(program, tmp_path):
    (tmp_path / "two.yaml").write_text(RUN.replace("nodes: 3", "nodes: ${n}") + "matrix: {n: [3, 4]}\n")
    done = votesim(program, "replay", str(tmp_path / "two.yaml"), "--command", "where")
    assert done.returncode == 2 and "holds 2 runs; choose one with --only: 'minority [n=3]', 'minority [n=4]'" in done.stderr
    moment = json.loads(replay(program, str(tmp_path / "two.yaml"), "json", options=("--only", "minority [n=4]")))
    assert len(moment["nodes"]) == 4 and moment["variant"] == "n=4"


# ---- pipe and terminal --------------------------------------------------------------

def test_commands_from_a_pipe(program, file):
    done = votesim(program, "replay", file, stdin=None, input="step 2; who\n\n  # nothing\nback 3 # three\nquit\nnonsense\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == replay(program, file, "step 2", "who", "back 3")


def test_answers_come_before_the_next_question(program, file):
    """A program that asks through a pipe is answered at once."""
    process = subprocess.Popen([program, "replay", file, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for number in (3, 1, 2):
        process.stdin.write(f"event {number}\n")
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 30)[0], "no answer"
        assert json.loads(process.stdout.readline())["event"] == number
    process.stdin.close()
    assert process.wait(30) == 0


def is_edited(terminal: int) -> bool:
    """A line editor has taken the terminal over: what is typed before that may come to it otherwise."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def converse(command: list[str], lines: list[str]) -> tuple[int, str]:
    """Type lines at a terminal, each when the prompt is there: exit status, what it showed."""
    master, slave = pty.openpty()
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "dumb"})
    os.close(slave)
    shown, waiting, seen, end = b"", list(lines), 0, time.monotonic() + 60
    while time.monotonic() < end:
        if waiting and b"(event " in shown[seen:]:
            seen = len(shown)
            patience = time.monotonic() + 3  # without a line editor the mode stays as it is
            while not is_edited(master) and time.monotonic() < patience:
                time.sleep(0.01)
            os.write(master, waiting.pop(0).encode())
        if not select.select([master], [], [], 0.2)[0]:
            continue
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(30), shown.decode()


def test_a_terminal_has_a_prompt_and_goes_on_after_mistakes(program, file):
    status, shown = converse([program, "replay", file], ["step 2\n", "nonsense\n", "node 3\n", "quit\n"])
    assert status == 0
    assert "minority: 4 steps" in shown and "something went wrong: 'why', 'critical'" in shown
    assert "step 2 (partition 1 2 | 3), settled" in shown
    assert "nonsense: no command 'nonsense'" in shown
    assert "node 3 is up" in shown.split("nonsense: no command")[1]


def test_a_terminal_ends_at_control_d(program, file):
    status, shown = converse([program, "replay", file], ["next\n", "\x04"])
    assert status == 0 and "step 0 begins: start 1 2 3" in shown


def test_help_names_every_command(program, file):
    told = [line.split()[0] for line in replay(program, file, "help").splitlines()]
    assert {"next", "back", "step", "node", "who", "diff", "watch", "critical", "why", "quit"} <= set(told)
