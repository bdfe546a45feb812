"""votesim swarm and votesim shrink as people call them: what is printed comes again, what is written fails by itself."""

import os
import re

import pytest

from .support import votesim

CONF = """\
totem {
    version: 2
}
nodelist {
    node {
        ring0_addr: 10.0.0.1
        nodeid: 1
    }
    node {
        ring0_addr: 10.0.0.2
        nodeid: 2
    }
}
quorum {
    provider: corosync_votequorum
    two_node: 1
}
"""

LARGE = """\
scenario: large
description: Much that does not matter.
cluster: {nodes: 4, quorum: {two_node: 0, auto_tie_breaker: 1, wait_for_all: 0}}
steps:
  - start: all
  - trackstart: {node: 2, client: a, slow: 3ms}
  - partition: [[1], [2, 3, 4]]
  - crash: 4
  - start: 4
  - getinfo: {node: 2, client: a}
  - partition: [[1, 3], [2, 4]]
  - wait: 1m
  - heal: all
"""


def test_the_same_whatever_the_threads(program, tmp_path):
    """Every byte of the output and of the files."""
    results = []
    for jobs in ("1", "2", "5"):
        folder = tmp_path / jobs
        result = votesim(program, "swarm", "--runs", "2000", "--seed", "8396682a", "-j", jobs, "--output", "found", cwd=make_folder(folder))
        files = {name: (folder / "found" / name).read_bytes() for name in sorted(os.listdir(folder / "found"))}
        results.append((result.returncode, result.stdout, result.stderr, files))
    assert results[0] == results[1] == results[2]
    assert results[0][3] and results[0][2] == ""


def make_folder(path):
    path.mkdir()
    return path


def test_what_is_written_fails_by_itself(program, tmp_path):
    """Each file shows what it says that came."""
    result = votesim(program, "swarm", "--runs", "3000", "--output", "found", cwd=tmp_path)
    paths = re.findall(r"votesim run (found/\S+\.yaml)", result.stdout)
    assert result.returncode == 1 and len(paths) > 3
    assert sorted(paths) == sorted(f"found/{name}" for name in os.listdir(tmp_path / "found"))
    for path in paths:
        text = (tmp_path / path).read_text()
        run = votesim(program, "run", path, cwd=tmp_path)
        if text.startswith("# hazard"):
            assert "HAZARD" in run.stdout, path
            continue
        assert run.returncode == 1, path
        came = re.search(r"^# came +(.*)", text, re.M).group(1)
        assert re.sub(r"\s+", " ", came) in re.sub(r"\s+", " ", run.stderr), path


def test_one_line_reproduces_a_finding(program, tmp_path):
    """The line that a finding has, run elsewhere, finds it again and shows it as the same scenario."""
    result = votesim(program, "swarm", "--runs", "2000", "--nodes", "3..4", "--output", "found", cwd=tmp_path)
    line = re.search(r"votesim (swarm --seed 0 --run (\d+) --nodes 3\.\.4)\n   votesim run (\S+)", result.stdout)
    again = votesim(program, *line.group(1).split(), cwd=make_folder(tmp_path / "elsewhere"))
    assert again.returncode == 1
    assert (tmp_path / line.group(3)).read_text() in again.stdout


def test_a_corosync_conf_is_taken_as_it_is(program, tmp_path):
    (tmp_path / "corosync.conf").write_text(CONF)
    result = votesim(program, "swarm", "corosync.conf", "--runs", "500", cwd=tmp_path)
    assert re.search(r"hazard H3, .*\n   with two_node; ", result.stdout)


def test_a_cluster_of_plain_votes_is_safe_when_left_alone(program, tmp_path):
    """No administrator, no feature: nothing is found that two quorate components, or members that disagree, could come from."""
    (tmp_path / "corosync.conf").write_text(CONF.replace("    two_node: 1\n", ""))
    result = votesim(program, "swarm", "corosync.conf", "--no-administrator", "--runs", "3000", cwd=tmp_path)
    assert "administrator's" not in result.stdout and "reloads" not in result.stdout
    assert "At most one component" not in result.stdout and "agree on quorate" not in result.stdout
    assert result.stdout.startswith("3000 runs, ")


def test_shrink_writes_what_is_left(program, tmp_path):
    (tmp_path / "large.yaml").write_text(LARGE)
    result = votesim(program, "shrink", "large.yaml", "--rule", "I1", "-o", "small.yaml", cwd=tmp_path)
    assert result.returncode == 0 and result.stdout == ""
    assert result.stderr.startswith("4 nodes and 3 steps are left of 4 and 9")
    text = (tmp_path / "small.yaml").read_text()
    steps = [line for line in text.splitlines() if line.startswith("  - ")]
    assert steps == ["  - start: all", "  - partition: [[1], [2, 3, 4]]", "  - partition: [[1, 3], [2, 4]]"]
    assert "# ^ I1: node 1" in text
    run = votesim(program, "run", "small.yaml", cwd=tmp_path)
    assert run.returncode == 1 and "rule      I1" in run.stderr
    assert votesim(program, "shrink", "small.yaml", "--rule", "I1", cwd=tmp_path).stdout == text


@pytest.mark.parametrize("arguments,message", [
    (["swarm", "--runs", "0"], "swarm: cannot use '0'"),
    (["swarm", "--nodes", "5..2"], "swarm: cannot use '5..2'"),
    (["swarm", "--nodes", "33"], "swarm: cannot use '33'"),
    (["swarm", "--nodes", "3", "corosync.conf"], "corosync.conf says how many nodes there are"),
    (["swarm", "none.conf"], "none.conf: "),
    (["swarm", "a", "b"], "swarm wants at most one scenario"),
    (["shrink"], "shrink wants one scenario file"),
    (["shrink", "--rule", "I99", "large.yaml"], "no rule has the id 'I99'"),
    (["shrink", "none.yaml"], "none.yaml"),
])
def test_bad_usage_is_told(program, tmp_path, arguments, message):
    (tmp_path / "corosync.conf").write_text(CONF)
    (tmp_path / "large.yaml").write_text(LARGE)
    result = votesim(program, *arguments, cwd=tmp_path)
    assert result.returncode == 2 and message in result.stderr and result.stdout == ""
    assert sorted(os.listdir(tmp_path)) == ["corosync.conf", "large.yaml"]


def test_what_holds_is_not_shrunk(program, tmp_path):
    (tmp_path / "large.yaml").write_text(LARGE.replace("auto_tie_breaker: 1, ", ""))
    result = votesim(program, "shrink", "large.yaml", cwd=tmp_path)
    assert result.returncode == 1 and result.stdout == ""
    assert "large.yaml: large: all holds: there is nothing to shrink" in result.stderr
