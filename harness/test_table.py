"""`votesim run -v`: the run as a table, at terminals of any width; and --watch."""

import os
import pty
import re
import select
import subprocess
import time

import pytest

SCENARIO = """scenario: {name}
cluster: {{nodes: {nodes}}}
steps:
  - start: {{nodes: all, together: true}}
  - trackstart: {{node: 1, client: a}}
  - crash: {nodes}
  - partition: [[1, 2], [{rest}]]
  - pause: 2
"""


def scenario(tmp_path, nodes: int) -> str:
    text = SCENARIO.format(name="s", nodes=nodes, rest=", ".join(map(str, range(3, nodes + 1))))
    (tmp_path / "s.yaml").write_text(text)
    return "s.yaml"


def table(program, tmp_path, nodes: int) -> list[str]:
    command = [program] if isinstance(program, str) else list(program)
    done = subprocess.run([*command, "run", "-v", scenario(tmp_path, nodes)], cwd=tmp_path, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def at_terminal(program, tmp_path, arguments, columns: int, environment=None, until=None) -> str:
    """What a terminal of so many columns gets; `until`: kill the program when this has come."""
    parent, child = pty.openpty()
    command = [program] if isinstance(program, str) else list(program)
    process = subprocess.Popen([*command, *arguments], cwd=tmp_path, stdout=child, stderr=child, stdin=child, close_fds=True,
                               env=os.environ | {"TERM": "xterm", "COLUMNS": str(columns)} | (environment or {}))
    os.close(child)
    text, end = b"", time.monotonic() + 60
    while time.monotonic() < end:
        if not select.select([parent], [], [], 0.2)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            data = os.read(parent, 65536)
        except OSError:
            break
        text += data
        if not data or (until and until(text.decode(errors="replace"))):
            break
    if until:
        process.terminate()
    process.wait(timeout=60)
    os.close(parent)
    return text.decode().replace("\r\n", "\n")


def test_a_column_for_each_node_and_a_line_for_each_change(program, tmp_path):
    lines = table(program, tmp_path, 3)
    head = next(line for line in lines if "time s" in line)
    assert head.split() == ["time", "s", "1", "2", "3"]
    rows = [line.split(maxsplit=1) for line in lines if re.match(r" +[0-9]+\.[0-9]{6} ", line)]
    assert [row[1] for row in rows][:2] == ["up      up      up", "alone ~ alone ~ alone ~"]
    times = [float(row[0]) for row in rows]
    assert times == sorted(times)
    for before, after in zip(rows, rows[1:]):
        assert before[1] != after[1], "a line in which nothing has changed"
    cells = [re.split(r" {2,}", row[1]) for row in rows]
    assert ["A Q", "A Q", "A Q"] in cells and ["B Q", "B Q", "down"] in cells
    assert any(" paused " in row[1] for row in rows)
    assert "             ring B is 1.13: 1 2" in lines
    after = lines.index("step 2 crash 3")
    told = [line.strip() for line in lines[after:] if "is told" in line]
    assert told[0] == "client a is told nodelist of ring 1.13: 1 2" and told[1].startswith("client a is told quorate: ")


def test_where_columns_do_not_fit_rings_are_listed(program, tmp_path):
    lines = table(program, tmp_path, 40)
    assert any(re.fullmatch(r" +0\.0[0-9]+ alone -: 1\.\.40", line) for line in lines)
    assert any(line.endswith(" B Q: 1..39; down: 40") for line in lines)
    assert "             client a is told quorate: 2..40 member, 1 member" in lines
    assert all(len(line) <= 100 for line in lines[:-2])


@pytest.mark.parametrize("columns", [40, 80, 137])
@pytest.mark.parametrize("nodes", [3, 12, 40])
def test_the_width_of_the_terminal_is_kept(program, tmp_path, columns, nodes):
    text = at_terminal(program, tmp_path, ["run", "-v", scenario(tmp_path, nodes)], columns)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()
    body = plain[: next(i for i, line in enumerate(plain) if line.startswith("held"))]
    assert body and max(map(len, body)) <= columns
    assert ("time s" in "\n".join(body)) == (13 + 8 * nodes <= columns)


def test_a_failure_stands_where_it_was_found(program, tmp_path):
    (tmp_path / "f.yaml").write_text("scenario: f\ncluster: {nodes: 2}\nsteps:\n  - start: all\n    expect: {quorate: {1: false, 2: true}}\n"
                                     "  - crash: 2\n    expect: {callbacks: {}, quorate: {1: true}}\n  - start: 2\n")
    command = [program] if isinstance(program, str) else list(program)
    lines = subprocess.run([*command, "run", "-v", "f.yaml"], cwd=tmp_path, capture_output=True, text=True).stdout.splitlines()
    places = [i for i, line in enumerate(lines) if "FAILED at line" in line]
    assert [lines[i].split(" at ")[1].split(" votes are")[0].split(" vote is")[0] for i in places] == [
        "line 5: expected node 1 is not quorate; came: it is quorate: 2", "line 7: expected node 1 is quorate; came: it is not quorate: 1"]
    begins = [lines.index(next(line for line in lines if line.startswith(f"step {step} "))) for step in (1, 2)]
    assert places[0] < begins[0] < places[1] < begins[1]


def test_colour_at_terminals_only_and_never_with_no_color(program, tmp_path):
    name = scenario(tmp_path, 3)
    assert "\x1b[34m" in at_terminal(program, tmp_path, ["run", "-v", name], 80)
    assert "\x1b[" not in at_terminal(program, tmp_path, ["run", "-v", name], 80, {"NO_COLOR": "1"})
    assert "\x1b" not in "\n".join(table(program, tmp_path, 3))


def test_the_table_changes_no_byte_of_the_trace(program, tmp_path):
    command = [program] if isinstance(program, str) else list(program)
    traces = []
    for option in ([], ["-v"]):
        subprocess.run([*command, "run", *option, "--trace", "t", scenario(tmp_path, 5)], cwd=tmp_path, check=True, capture_output=True)
        traces.append((tmp_path / "t").read_bytes())
    assert traces[0] == traces[1] != b""


def test_watch_runs_again_when_a_file_changes(program, tmp_path):
    name = scenario(tmp_path, 3)
    changed = []

    def until(text: str) -> bool:
        if text.count("waiting for a change") == 1 and not changed:
            changed.append(True)
            (tmp_path / name).write_text("scenario: s\ncluster: {nodes: 1}\nsteps:\n  - start: all\n    expect: {quorate: {1: false}}\n")
        return text.count("waiting for a change") == 2

    text = at_terminal(program, tmp_path, ["run", "--watch", name], 80, until=until)
    assert "all held" in text and text.rindex("1 failed") > text.index("all held")


def test_watch_does_not_take_standard_input(program, tmp_path):
    command = [program] if isinstance(program, str) else list(program)
    done = subprocess.run([*command, "run", "--watch", "-"], cwd=tmp_path, capture_output=True, text=True, input="")
    assert done.returncode == 2 and "--watch wants files or folders" in done.stderr
