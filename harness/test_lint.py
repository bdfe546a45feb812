"""votesim lint as people call it: quiet on the library, a line for each warning, what is told once for a matrix."""

import json

import pytest

from .support import votesim

HEAD = "scenario: one\ndescription: d\ncluster: {nodes: 3}\n"
BODY = "steps:\n  - start: all\n  - trackstart: {node: 1, client: a, flags: [CHANGES]}\n  - crash: 3\n    expect: {quorate: {1: true}}\n"
IDLE = "  - heal: all\n"


@pytest.fixture
def lint(program, tmp_path):
    """Run lint with arguments in a folder that has the given files: name to text."""
    def run(files: dict[str, str], *arguments: str):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return votesim(program, "lint", *arguments, cwd=tmp_path)
    return run


def test_the_library_has_no_warnings(program):
    run = votesim(program, "lint", "-j", "2", "scenarios")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_without_warnings_nothing_is_said(lint):
    run = lint({"a.yaml": HEAD + BODY}, "a.yaml")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_a_warning_is_a_line_with_its_place_and_what_to_do(lint):
    run = lint({"a.yaml": HEAD + BODY + IDLE}, "a.yaml")
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout == "a.yaml:9:5: warning: heal: the network is whole already; leave it out, or split the network first [idle-step]\n"


def test_json_has_the_same(lint):
    run = lint({"a.yaml": HEAD + BODY + IDLE}, "--json", "a.yaml")
    assert run.returncode == 1
    assert json.loads(run.stdout) == {"file": "a.yaml", "line": 9, "column": 5, "id": "idle-step", "scenario": "one",
                                      "what": "heal: the network is whole already",
                                      "instead": "leave it out, or split the network first"}


def test_names_are_compared_across_files_and_documents(lint):
    run = lint({"a.yaml": HEAD + BODY + "---\n" + HEAD + BODY, "b.yaml": HEAD + BODY}, ".")
    assert [line.partition(" ")[0] for line in run.stdout.splitlines()] == ["./a.yaml:10:1:", "./b.yaml:1:1:"]
    assert all("one is the name of ./a.yaml:1, too" in line and "[name-twice]" in line for line in run.stdout.splitlines())


def test_a_matrix_is_told_once_and_only_what_all_of_it_shows(lint):
    matrix = "matrix: {after: [10ms, 20s]}\n"
    steps = '  - partition: [[1], [2]]\n  - heal: all\n    after: "${after}"\n'
    files = {"all.yaml": HEAD + matrix + BODY + steps + "  - wait: 0s\n"}
    run = lint(files, "all.yaml")
    assert [line.rpartition(" ")[2] for line in run.stdout.splitlines()] == ["[idle-step]"]


def test_what_is_meant_is_not_told(lint):
    files = {"a.yaml": HEAD + "tags: [idle-step]\n" + BODY + IDLE, "b.yaml": HEAD + BODY + IDLE}
    assert lint(files, "a.yaml").returncode == 0
    assert lint(files, "--ignore", "idle-step", "b.yaml").returncode == 0
    assert lint(files, "--ignore", "vacuous", "b.yaml").returncode == 1


def test_threads_change_nothing(lint):
    files = {f"{name}.yaml": HEAD + BODY + IDLE for name in "abcdef"}
    assert lint(files, ".").stdout == lint(files, "-j", "4", ".").stdout != ""


@pytest.mark.parametrize("arguments, told", [
    ([], "lint wants scenario files or folders"),
    (["--ignore", "nonsense", "a.yaml"], "--ignore wants the id of a warning, not 'nonsense'"),
    (["--ignore"], "option '--ignore' wants a value"),
    (["-j", "0", "a.yaml"], "-j wants a number of threads"),
    (["--what", "a.yaml"], "unknown option '--what'"),
    (["none.yaml"], "none.yaml"),
    (["a.yaml", "bad.yaml"], "bad.yaml:1:1"),
])
def test_bad_input_is_told_and_nothing_else(lint, arguments, told):
    run = lint({"a.yaml": HEAD + BODY + IDLE, "bad.yaml": "nothing: here\n"}, *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert told in run.stderr
