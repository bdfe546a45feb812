"""votesim new as people call it: options, files that are there, and the questions at a terminal."""

import os
import pty
import subprocess

import pytest

from .support import votesim


def test_what_is_written_holds_and_has_no_warnings(program, tmp_path):
    made = votesim(program, "new", "--nodes", "5", "--fault", "crash", "--fault", "partition", "-o", "s.yaml", cwd=tmp_path)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "wrote s.yaml; next: votesim run s.yaml\n")
    run = votesim(program, "run", "s.yaml", cwd=tmp_path)
    assert run.returncode == 0 and "majority-crash-partition" in run.stdout
    lint = votesim(program, "lint", "s.yaml", cwd=tmp_path)
    assert (lint.returncode, lint.stdout) == (0, "")


def test_options_are_what_is_written(program):
    text = votesim(program, "new", "--feature", "last_man_standing", "--fault", "stop", "--client", "--flags", "CHANGES_ONLY",
                   "--name", "mine").stdout
    assert "scenario: mine\n" in text and "last_man_standing: 1" in text and "- stop: 3" in text and "flags: [CHANGES_ONLY]" in text
    assert "watcher" not in votesim(program, "new", "--no-client").stdout


def test_the_same_again(program):
    assert votesim(program, "new", "--nodes", "4").stdout == votesim(program, "new", "--nodes", "4").stdout != ""


def test_a_file_is_left_alone_without_force(program, tmp_path):
    (tmp_path / "s.yaml").write_text("precious")
    made = votesim(program, "new", "--nodes", "2", "-o", "s.yaml", cwd=tmp_path)
    assert (made.returncode, (tmp_path / "s.yaml").read_text()) == (2, "precious")
    assert "s.yaml is there already: --force writes over it" in made.stderr
    assert votesim(program, "new", "--nodes", "2", "-o", "s.yaml", "--force", cwd=tmp_path).returncode == 0
    assert votesim(program, "run", "s.yaml", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("arguments, told", [
    ([], "new wants --nodes, --feature or --fault, or a terminal to ask at"),
    (["--nodes", "0"], "--nodes wants a number, 1 to 32, not '0'"),
    (["--nodes", "3", "--feature", "two_node"], "two_node is for 2 nodes, not 3"),
    (["--nodes", "1", "--fault", "partition"], "one node cannot be split"),
    (["--feature", "magic"], "--feature wants one of none, two_node"),
    (["--fault", "flood"], "--fault wants one of crash, stop"),
    (["--fault", "stop"] * 9, "at most 8 faults"),
    (["--flags", "SOMETIMES"], "--flags wants CURRENT, CHANGES or CHANGES_ONLY, with commas, not 'SOMETIMES'"),
    (["--flags", ","], "--flags wants"),
    (["--no-client", "--flags", "CHANGES"], "--flags is for the client"),
    (["--name", ""], "--name wants a name"),
    (["--name"], "option '--name' wants a value"),
    (["--what"], "unknown option '--what'"),
    (["--nodes", "3", "s.yaml"], "new takes options only, not 's.yaml'"),
    (["--nodes", "3", "-o", "none/s.yaml"], "cannot write none/s.yaml"),
])
def test_bad_usage_writes_nothing(program, tmp_path, arguments, told):
    made = votesim(program, "new", *arguments, cwd=tmp_path)
    assert (made.returncode, made.stdout) == (2, "")
    assert told in made.stderr and list(tmp_path.iterdir()) == []


def test_at_a_terminal_it_asks(program, tmp_path):
    master, slave = pty.openpty()
    process = subprocess.Popen([program, "new"], stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    os.close(slave)
    os.write(master, b"two_node\n\ncrash\n\n\nmine.yaml\n")
    out, err = process.communicate(timeout=60)
    os.close(master)
    assert (process.returncode, out) == (0, b"")
    assert b"How many nodes? [2]" in err and b"Its name? [two-node-crash]" in err
    assert votesim(program, "run", "mine.yaml", cwd=tmp_path).returncode == 0
