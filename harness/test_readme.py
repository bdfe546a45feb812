"""README.md and scenarios/GUIDE.md are run: their examples are saved under the names they bear, their console blocks are typed in,
in order, and what they show is compared (hashes of traces aside). Commands of `sh` blocks are run too, those of make only looked up.

A block's first line says what it is: ```yaml NAME, ```conf NAME or ```text NAME a file, ```console commands and their output.
"""

import os
import re
import subprocess

import pytest

from .support import ROOT, scenario_files

HASH = re.compile(r"\b[0-9a-f]{32}\b")


DOCUMENTS = ["README.md", "scenarios/GUIDE.md"]


def read(document: str) -> str:
    with open(os.path.join(ROOT, document), encoding="utf-8") as file:
        return file.read()


def blocks(document: str) -> list[tuple[str, str, str]]:
    """(language, name, text) of every fenced block."""
    return re.findall(r"^```(\w*) ?(\S*)\n(.*?)^```$", read(document), re.M | re.S)


def typed(text: str) -> list[tuple[str, str]]:
    """(command, what it shows) of a console block."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.M)
    assert parts[0] == "", "a console block begins with a command"
    return list(zip(parts[1::2], parts[2::2]))


@pytest.fixture(scope="module", params=DOCUMENTS)
def document(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def desk(program, document, tmp_path_factory):
    """A folder as the reader's: ./votesim, the scenario library, the files of the document."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "votesim").symlink_to(program)
    (folder / "scenarios").symlink_to(os.path.join(ROOT, "scenarios"))
    for _, name, text in blocks(document):
        if name:
            (folder / name).write_text(text)
    return folder


def shell(command: str, folder) -> subprocess.CompletedProcess:
    return subprocess.run(["sh", "-c", command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=120, stdin=subprocess.DEVNULL, env={**os.environ, "GIT_DIR": os.path.join(ROOT, ".git")})


def test_every_block_is_of_a_kind_that_is_tested(document):
    assert {language for language, _, _ in blocks(document)} <= {"yaml", "conf", "text", "console", "sh"}
    assert all(name for language, name, _ in blocks(document) if language in ("yaml", "conf", "text"))


def test_every_example_is_used(document):
    """A file that no command of its document names shows nothing."""
    commands = "".join(command for language, _, text in blocks(document) if language in ("console", "sh")
                       for command, _ in (typed(text) if language == "console" else [(text, "")]))
    files = {name: text for _, name, text in blocks(document) if name}
    for name in files:
        assert name in commands or any(name in text for other, text in files.items() if other in commands), name


def test_what_a_document_shows_is_what_comes(document, desk):
    status = 0
    for language, _, text in blocks(document):
        for command, shown in typed(text) if language == "console" else []:
            done = shell(f"(exit {status}); {command}", desk)
            status = done.returncode
            assert HASH.sub("HASH", done.stdout) == HASH.sub("HASH", shown), command


def commands() -> list[tuple[str, str]]:
    lines = [(document, line.split("  #")[0].strip()) for document in DOCUMENTS for language, _, text in blocks(document)
             if language == "sh" for line in text.splitlines()]
    return [(document, line) for document, line in lines if line]


@pytest.mark.parametrize("document, command", commands(), indirect=["document"], scope="module")
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


def test_links_lead_somewhere(document):
    folder = os.path.join(ROOT, os.path.dirname(document))
    for target in re.findall(r"\]\(([^)#]+)", read(document)):
        assert target.startswith("https://") or os.path.exists(os.path.join(folder, target)), target


def test_links_to_sections_lead_there(document):
    headings = re.findall(r"^#+ (.*)$", read(document), re.M)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert {target for target in re.findall(r"\]\(#([^)]+)\)", read(document))} <= anchors
