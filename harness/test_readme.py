"""README.md is run: its examples are saved under the names they bear, its console blocks are typed in, in order, and
what they show is compared (hashes of traces aside). Commands of `sh` blocks are run too, those of make only looked up.

A block's first line says what it is: ```yaml NAME or ```conf NAME a file, ```console commands and their output.
"""

import os
import re
import subprocess

import pytest

from .support import ROOT, scenario_files

HASH = re.compile(r"\b[0-9a-f]{32}\b")


def readme() -> str:
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return file.read()


def blocks() -> list[tuple[str, str, str]]:
    """(language, name, text) of every fenced block."""
    return re.findall(r"^```(\w*) ?(\S*)\n(.*?)^```$", readme(), re.M | re.S)


def typed(text: str) -> list[tuple[str, str]]:
    """(command, what it shows) of a console block."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.M)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2]))


@pytest.fixture(scope="module")
def desk(program, tmp_path_factory):
    """A folder as the reader's: ./votesim, the scenario library, the files of the README."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "votesim").symlink_to(program)
    (folder / "scenarios").symlink_to(os.path.join(ROOT, "scenarios"))
    for language, name, text in blocks():
        if name:
            (folder / name).write_text(text)
    return folder


def shell(command: str, folder) -> subprocess.CompletedProcess:
    return subprocess.run(["sh", "-c", command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, stdin=subprocess.DEVNULL, env={**os.environ, "GIT_DIR": os.path.join(ROOT, ".git")})


def test_every_block_is_of_a_kind_that_is_tested():
    assert {language for language, _, _ in blocks()} <= {"yaml", "conf", "console", "sh"}
    assert all(name for language, name, _ in blocks() if language in ("yaml", "conf"))


def test_what_the_readme_shows_is_what_comes(desk):
    status = 0
    for language, _, text in blocks():
        for command, shown in typed(text) if language == "console" else []:
            done = shell(f"(exit {status}); {command}", desk)
            status = done.returncode
            assert HASH.sub("HASH", done.stdout) == HASH.sub("HASH", shown), command


def commands() -> list[str]:
    lines = [line.split("  #")[0].strip() for language, _, text in blocks() if language == "sh" for line in text.splitlines()]
    return [line for line in lines if line]


@pytest.mark.parametrize("command", commands())
def test_commands_work(command, desk):
    if command.startswith("make "):
        target = command.split()[1]
        told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert f"make {target} " in told
        return
    if "scenarios/" in command and not scenario_files():
        pytest.skip("there is no scenario in scenarios/ yet")
    done = shell(command, desk)
    # whether the library holds is for other tests to say
    assert done.returncode in ((0, 1) if "scenarios/" in command else (0,)), done.stdout


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", readme()):
        assert target.startswith("https://") or os.path.exists(os.path.join(ROOT, target)), target
