"""votesim fmt as people call it: in place, --check, --diff, standard input; what it must not do to files. How files are laid
out is tested beside the code (sim/fmt/fmt_test.c); here the library and what votesim itself writes must be laid out so.
"""

import json
import os
import stat
import subprocess

import pytest

from .support import ROOT, scenario_files, votesim

UGLY = "# head\nscenario:   one\ncluster: { nodes : 3 }\nsteps:\n- start: all   # now\n"
GOOD = "# head\nscenario: one\ncluster: {nodes: 3}\nsteps:\n  - start: all # now\n"
WRONG = "scenario: one\ncluster: {nodes: 3}\nsteps:\n  - strat: all\n"


@pytest.fixture
def fmt(program, tmp_path):
    """Run fmt with arguments in a folder that has the given files: name to text."""
    def run(files: dict[str, str], *arguments: str, **options):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return votesim(program, "fmt", *arguments, cwd=tmp_path, **options)
    return run


def meant(program, path) -> list:
    """What a file means: everything that the reader makes of it but positions."""
    def without_positions(value):
        if isinstance(value, dict):
            return {key: without_positions(item) for key, item in value.items() if key not in ("line", "column", "path")}
        return [without_positions(item) for item in value] if isinstance(value, list) else value
    run = votesim(program, "check", "--json", str(path))
    assert run.returncode == 0, run.stderr
    return [without_positions(json.loads(line)) for line in run.stdout.splitlines()]


def badly(line: str) -> str:
    """A line of the library with other indentation and, where no text can be meant, other blanks."""
    words = line.lstrip()
    indent = " " * (2 * (len(line) - len(words)))
    if words.startswith("- "):
        words = "-   " + words[2:]
    if not any(mark in words for mark in ("#", '"', "description:", "name:")):
        words = words.replace(": {", ":   { ").replace(", ", "  ,   ")
    return indent + words


def test_the_library_is_formatted(program):
    run = votesim(program, "fmt", "--check", "--diff", "scenarios")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_the_library_written_badly_comes_back_as_it_was_meant(program, tmp_path):
    """Everything indented and spaced otherwise; then the same values, comments and, but for the breaks between brackets, text."""
    count = 0
    for name in scenario_files():
        with open(f"{ROOT}/{name}", encoding="utf-8") as file:
            good = file.read()
        ugly = "".join(badly(line) for line in good.splitlines(keepends=True))
        path = tmp_path / "ugly.yaml"
        path.write_text(ugly)
        if votesim(program, "check", str(path)).returncode:
            continue  # what stands between brackets on several lines
        count += 1
        before = meant(program, path)
        assert votesim(program, "fmt", str(path)).stdout == f"formatted {path}\n"
        assert path.read_text() == good, name
        assert meant(program, path) == before == meant(program, f"{ROOT}/{name}")
    assert count > 180


def test_a_changed_file_is_named_and_a_good_one_is_left_alone(fmt, tmp_path):
    run = fmt({"a.yaml": UGLY, "b.yaml": GOOD}, ".")
    assert (run.returncode, run.stdout, run.stderr) == (0, "formatted ./a.yaml\n", "")
    assert (tmp_path / "a.yaml").read_text() == (tmp_path / "b.yaml").read_text() == GOOD
    before = os.stat(tmp_path / "a.yaml")
    run = fmt({}, "a.yaml")
    after = os.stat(tmp_path / "a.yaml")
    assert (run.returncode, run.stdout) == (0, "")
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_check_lists_and_writes_nothing(fmt, tmp_path):
    run = fmt({"a.yaml": UGLY, "b.yaml": GOOD}, "--check", ".")
    assert (run.returncode, run.stdout, run.stderr) == (1, "./a.yaml\n", "")
    assert (tmp_path / "a.yaml").read_text() == UGLY
    assert fmt({}, "--check", "b.yaml").returncode == 0


def test_diff_shows_and_writes_nothing(fmt, tmp_path):
    run = fmt({"a.yaml": UGLY}, "--diff", "a.yaml")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("--- a.yaml\n+++ a.yaml (formatted)\n@@ ") and "\n-cluster: { nodes : 3 }\n" in run.stdout
    assert (tmp_path / "a.yaml").read_text() == UGLY
    assert fmt({}, "--check", "--diff", "a.yaml").returncode == 1
    (tmp_path / "patch").write_text(run.stdout)
    subprocess.run(["patch", "-s", "a.yaml", "patch"], cwd=tmp_path, check=True)
    assert (tmp_path / "a.yaml").read_text() == GOOD


def test_standard_input_goes_to_standard_output(fmt):
    for text in (UGLY, GOOD):
        run = fmt({}, "-", stdin=None, input=text)
        assert (run.returncode, run.stdout, run.stderr) == (0, GOOD, "")
    assert fmt({}, "--check", "-", stdin=None, input=UGLY).stdout == "-\n"
    run = fmt({}, "-", stdin=None, input=WRONG)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", "-:4:5: unknown key in a step: 'strat': did you mean 'start'?\n")


def test_a_mistake_in_one_file_and_none_is_touched(fmt, tmp_path):
    run = fmt({"a.yaml": UGLY, "b.yaml": WRONG}, "a.yaml", "b.yaml", "none.yaml")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "b.yaml:4:5: unknown key in a step: 'strat': did you mean 'start'?\nnone.yaml: there is no such file\n"
    assert (tmp_path / "a.yaml").read_text() == UGLY and (tmp_path / "b.yaml").read_text() == WRONG


def test_permissions_and_links_stay(fmt, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/real.yaml").write_text(UGLY)
    os.chmod(tmp_path / "deep/real.yaml", 0o640)
    os.symlink("deep/real.yaml", tmp_path / "link.yaml")
    assert fmt({}, "link.yaml").stdout == "formatted link.yaml\n"
    assert os.path.islink(tmp_path / "link.yaml") and (tmp_path / "deep/real.yaml").read_text() == GOOD
    assert stat.S_IMODE(os.stat(tmp_path / "deep/real.yaml").st_mode) == 0o640
    assert os.listdir(tmp_path / "deep") == ["real.yaml"]


def test_what_cannot_be_written_stays_and_is_told(program, tmp_path):
    """/proc has folders in which nobody can make a file; so has a folder that a plain user may only read."""
    path = tmp_path / "a.yaml"
    path.write_text(UGLY)
    command = [program, "fmt", "a.yaml"]
    if os.geteuid() == 0:
        os.chmod(tmp_path, 0o755)
        for folder in (tmp_path, *tmp_path.parents):
            os.chmod(folder, os.stat(folder).st_mode | 0o055) if str(folder) not in ("/", "/tmp") else None
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    else:
        os.chmod(tmp_path, 0o555)
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    os.chmod(tmp_path, 0o755)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", "votesim: cannot write a.yaml: Permission denied\n")
    assert os.listdir(tmp_path) == ["a.yaml"] and path.read_text() == UGLY


def test_what_votesim_writes_is_formatted(program, tmp_path):
    """A first scenario, findings of random search, a small failing scenario."""
    made = [["new", "--nodes", "5", "--fault", "crash", "--fault", "partition"], ["new", "--nodes", "2", "--feature", "two_node", "--no-client"]]
    for number, arguments in enumerate(made):
        (tmp_path / f"{number}.yaml").write_text(votesim(program, *arguments).stdout)
    votesim(program, "swarm", "--runs", "2000", "--output", str(tmp_path))
    assert len(os.listdir(tmp_path)) > 5
    run = votesim(program, "fmt", "--check", "--diff", str(tmp_path))
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments, message", [
    ([], "fmt wants scenario files or folders, or '-'"), (["--chek", "."], "unknown option '--chek'"),
])
def test_bad_usage(fmt, arguments, message):
    run = fmt({}, *arguments)
    assert (run.returncode, run.stdout, run.stderr) == (2, "", f"votesim: {message}\nTry 'votesim --help'.\n")
