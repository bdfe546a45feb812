"""The manual pages: well-formed, complete, and their examples run.

votesim-scenario.5 marks each list of keys by a comment, `.\\" words: MAPPING`, and the keys on the list's .It lines must
be those that the reader has in that mapping, no more and no fewer. votesim.1 must name every option that votesim has.
"""

import glob
import os
import re
import shutil
import subprocess

import pytest

from .support import ROOT, missing, votesim
from .test_schema import vocabulary  # noqa: F401  (a fixture: the reader's tables)

PAGES = sorted(glob.glob(f"{ROOT}/sim/man/*.[15]"))
COMMON = ["node", "client", "dispatch", "callbacks", "slow", "in_callback"]  # of all library calls


def page(name: str) -> str:
    with open(f"{ROOT}/sim/man/{name}", encoding="utf-8") as file:
        return file.read()


def words(text: str) -> list[str]:
    """What an .It or text line sets in .Cm, as keys: `.It Cm from , to : Ar id` has from, to."""
    found = []
    for part in re.findall(r"\bCm ((?:[\w-]+)(?: , [\w-]+)*)", text):
        found += part.split(" , ")
    return found


def marked(name: str) -> list[str]:
    """The lists that are marked as those of a mapping, up to each list's end."""
    return re.findall(rf'^\.\\" words: {name}\n\.Bl.*?\n(.*?)^\.El', page("votesim-scenario.5"), re.M | re.S)


def documented(name: str) -> list[str]:
    return [word for text in marked(name) for line in re.findall(r"^\.It (.*)", text, re.M) for word in words(line)]


def documented_calls() -> dict[str, list[str]]:
    """Every library call with the keys it has beside the common ones."""
    calls = {}
    for item in re.split(r"^\.It ", marked("calls")[0], flags=re.M)[1:]:
        head, _, body = item.partition("\n")
        for call in words(head):
            calls[call] = [word for line in body.splitlines() if line.startswith(".Cm") for word in words(line)]
    return calls


@pytest.mark.parametrize("path", PAGES, ids=os.path.basename)
def test_pages_are_well_formed(path):
    if shutil.which("mandoc"):
        command = ["mandoc", "-T", "lint", "-W", "warning", path]
    elif shutil.which("groff"):
        command = ["groff", "-mdoc", "-Tutf8", "-ww", "-z", path]
    else:
        missing("mandoc", "mandoc")
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("path", PAGES, ids=os.path.basename)
def test_one_sentence_a_line_and_ascii(path):
    """As mdoc wants it; then no terminal and no diff has trouble with a page."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^\.Bd -literal.*?^\.Ed", "", file.read(), flags=re.M | re.S)
    assert text.isascii()
    assert re.findall(r"^[^.'].*[a-z]\. [A-Z].*", text, re.M) == []


def test_every_key_of_every_mapping_is_documented(vocabulary):  # noqa: F811
    mappings = vocabulary["mappings"]
    calls = [name for name in mappings if set(COMMON) <= set(mappings[name]) and name != "fault"]
    assert sorted(documented("call")) == sorted(COMMON)
    assert {name: sorted(keys) for name, keys in documented_calls().items()} == \
        {name: sorted(set(mappings[name]) - set(COMMON)) for name in calls}
    assert sorted(documented("fault")) == sorted(set(mappings["fault"]) - set(COMMON))
    assert sorted(documented("reply")) == sorted(set(mappings["reply"]) - set(mappings["info"]))
    assert sorted(documented("step") + calls) == sorted(set(mappings["step"]))
    for name in set(mappings) - set(calls) - {"fault", "reply", "step", "kill"}:
        assert sorted(documented(name)) == sorted(mappings[name]), name


def test_every_name_is_documented(vocabulary):  # noqa: F811
    names = vocabulary["names"]
    text = page("votesim-scenario.5")
    assert sorted(documented("quirks")) == sorted(names["quirks"])
    for kind in set(names) - {"quirks", "errors"}:
        assert [name for name in names[kind] if not re.search(rf"\b{name}\b", text)] == [], kind


def test_required_keys_are_called_required(vocabulary):  # noqa: F811
    """In the text of the key's own item, or of the item that names several."""
    for name, keys in vocabulary["mappings"].items():
        items = [item for text in marked(name) for item in re.split(r"^\.It ", text, flags=re.M)[1:]]
        for key, described in keys.items() if items else []:
            for item in items:
                if key in words(item.partition("\n")[0]) and described["required"]:
                    assert "equired" in item, f"{name}.{key}"


def test_votesim_1_has_every_option(program):
    told = votesim(program, "--help").stdout
    for option in re.findall(r"--([a-z-]+)", told):
        assert re.search(rf"(Fl|\||,) -{option}\b", page("votesim.1")), option
    for command in re.findall(r"^  votesim (\w+) ", told, re.M):
        assert f".Cm {command}" in page("votesim.1"), command


def literal(name: str) -> list[str]:
    return re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page(name), re.M | re.S)


@pytest.mark.parametrize("number, text", enumerate(literal("votesim-scenario.5")))
def test_every_example_of_a_scenario_holds(program, tmp_path, number, text):
    assert text.startswith("scenario: ")
    (tmp_path / "example.yaml").write_text(text.replace("\\e", "\\"))
    run = votesim(program, "run", "example.yaml", cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "vacuous" not in run.stdout and "inert" not in run.stdout and "hazard" not in run.stdout


def test_every_example_of_a_command_works(program, tmp_path):
    (tmp_path / "first.yaml").write_text(literal("votesim-scenario.5")[0])
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "votesim").symlink_to(program)
    for text in literal("votesim.1"):
        done = subprocess.run(["sh", "-e", "-c", text], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
        assert done.returncode == 0, text + done.stdout + done.stderr
