"""The schema in an editor: what the YAML language server (npm's yaml-language-server, which VS Code, Neovim, Emacs and others run)
offers, shows and marks. harness/editor/language_server.py is the editor.
"""

import json
import pathlib

import pytest

from .editor.language_server import Editor
from .support import ROOT, npm, scenario_files
from .test_schema import INVALID, VALID, every_key

SCHEMA = pathlib.Path(ROOT, "scenarios/schema.json").as_uri()
SETTINGS = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}
MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"
HEAD = MODELINE + "scenario: s\ncluster: {nodes: 3}\nsteps:\n  - start: all\n"


@pytest.fixture(scope="module")
def editor():
    with Editor(npm("harness/editor"), SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
def schema() -> dict:
    with open(f"{ROOT}/scenarios/schema.json", encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture
def uri(tmp_path) -> str:
    return (tmp_path / "s.yaml").as_uri()


def keys_of(schema: dict, definition: str) -> dict:
    """Key to description."""
    part = schema["definitions"][definition] if definition else schema
    while "properties" not in part:
        part = part["anyOf"][0]
    return {key: described["description"] for key, described in part["properties"].items()}


@pytest.mark.parametrize("definition, text", [
    ("", MODELINE + "|\n"),
    ("cluster", MODELINE + "scenario: s\ncluster:\n  |\n"),
    ("quorum", MODELINE + "scenario: s\ncluster:\n  nodes: 3\n  quorum:\n    |\n"),
    ("step", HEAD + "  - |\n"),
    ("call_trackstart", HEAD + "  - trackstart:\n      |\n"),
    ("expect", HEAD + "    expect:\n      |\n"),
    ("info", HEAD + "    expect:\n      info:\n        1:\n          |\n"),
])
def test_every_key_of_a_place_is_offered_with_what_it_means(editor, schema, uri, definition, text):
    offered = editor.completions(uri, text)
    for key, meaning in keys_of(schema, definition).items():
        assert meaning in offered[key].replace("\\", ""), key


@pytest.mark.parametrize("names, text", [
    (["CURRENT", "CHANGES", "CHANGES_ONLY"], HEAD + "  - trackstart:\n      node: 1\n      flags: |\n"),
    (["TRY_AGAIN", "NO_MEMORY", "NO_RESOURCES"], HEAD + "  - fault:\n      node: 1\n      error: |\n"),
    (["ALL", "ONE", "ONE_NONBLOCKING", "BLOCKING"], HEAD + "  - dispatch: {node: 1, type: |}\n"),
    (["daemon", "documented"], MODELINE + "scenario: s\ncluster:\n  nodes: 3\n  profile: |\n"),
    (["member", "dead"], HEAD + "    expect:\n      info:\n        1:\n          node_state: |\n"),
])
def test_names_are_offered_as_values(editor, uri, names, text):
    assert set(names) <= set(editor.completions(uri, text))


@pytest.mark.parametrize("definition, key, text", [
    ("", "cluster", MODELINE + "scenario: s\nclus|ter: {nodes: 3}\n"),
    ("", "seed", MODELINE + "scenario: s\nse|ed: 7\n"),
    ("quorum", "wait_for_all", MODELINE + "scenario: s\ncluster: {nodes: 3, quorum: {wait_f|or_all: 1}}\n"),
    ("quorum", "last_man_standing_window", MODELINE + "scenario: s\ncluster: {nodes: 3, quorum: {last_man_standing_win|dow: 5s}}\n"),
    ("network", "loss", MODELINE + "scenario: s\nnetwork: {lo|ss: 1%}\n"),
    ("step", "partition", HEAD + "  - par|tition: [[1], [2]]\n"),
    ("step", "crash", HEAD + "  - cr|ash: 1\n"),
    ("step", "after", HEAD + "  - crash: 1\n    af|ter: 5ms\n"),
    ("call_trackstart", "node", HEAD + "  - trackstart: {no|de: 1}\n"),
    ("call_trackstart", "context", HEAD + "  - trackstart: {node: 1, con|text: 42}\n"),
    ("expect", "split_brain", HEAD + "    expect: {split_b|rain: false}\n"),
    ("info", "quorum", HEAD + "    expect: {info: {1: {quo|rum: 2}}}\n"),
])
def test_a_key_under_the_pointer_is_explained_with_an_example(editor, schema, uri, definition, key, text):
    shown = editor.hover(uri, text)
    assert keys_of(schema, definition)[key] in shown and "Example" in shown


def test_mistakes_are_marked_where_they_stand(editor, uri):
    marked = editor.mistakes(uri, HEAD + "  - partiton: [[1], [2]]\n")
    assert (6, "Property partiton is not allowed.") in marked
    assert {line for line, _ in editor.mistakes(uri.replace("s.yaml", "t.yaml"), HEAD + "  - wait: 5\n")} == {6}


def test_the_library_has_no_mistakes(editor):
    """With the modeline that scenarios/README.md tells of, relative to the file."""
    for name in scenario_files():
        with open(f"{ROOT}/{name}", encoding="utf-8") as file:
            text = "# yaml-language-server: $schema=../schema.json\n" + file.read()
        assert editor.mistakes(pathlib.Path(ROOT, name).as_uri(), text) == [], name


def test_the_server_judges_as_the_other_validator_does(editor, tmp_path):
    """What test_schema.py shows valid has no marks; of what it shows invalid every one has."""
    for number, text in enumerate(VALID):
        if "${" not in text and not text.startswith("{"):
            assert editor.mistakes((tmp_path / f"v{number}.yaml").as_uri(), MODELINE + text) == [], text
    for number, text in enumerate(INVALID):
        assert editor.mistakes((tmp_path / f"i{number}.yaml").as_uri(), MODELINE + text) != [], text


def test_the_schema_is_large_enough_to_be_meant(schema):
    assert len(list(every_key(schema))) > 250
