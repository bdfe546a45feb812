"""The schema for editors says what the reader says: the same keys, from the reader's own tables, and the same verdict on
a battery of documents; what a schema cannot know is listed (BEYOND).
"""

import json
import os
import re
import subprocess

import pytest

from . import reference
from .support import ROOT, make, missing, scenario_files, votesim

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = yaml = None

SCHEMA = os.path.join(ROOT, "scenarios", "schema.json")

PROBE = """\
#include "sim/scenario/vocabulary.h"

int main(void)
{
	scenario_dump_vocabulary(stdout);
	return 0;
}
"""

# Which definition describes which mapping of the reader; "" is the top.
PLACES = {"scenario": "", "stop": "stop", "nodelist_callback": "nodelistCallback", "quorum_callback": "quorumCallback",
          "expected_votes_callback": "expectedVotesCallback"}

# How the schema says what the reader's types mean; keys that may be said in another way.
TYPES = {"text": ("text", "clientName", "deviceName"), "bool": ("boolean",), "switch": ("switch",), "number": ("number",),
         "number64": ("number64",), "duration": ("duration",), "millis": ("millis",), "ratio": ("ratio",), "node": ("id",),
         "nodes": ("nodes",)}
SAID_OTHERWISE = {("scenario", "scenario"), ("scenario", "description"), ("cluster", "profile"), ("quorum", "provider")}


def core_schema(node):
    """A composed node as data, scalars by YAML 1.2's core schema, keys as text: as editors hand it to a schema."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: core_schema(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [core_schema(item) for item in node.value]
    text = node.value
    if node.style is not None:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    for pattern, base in ((r"[-+]?[0-9]+", 10), (r"0o[0-7]+", 8), (r"0x[0-9a-fA-F]+", 16)):
        if re.fullmatch(pattern, text):
            return int(text[2:] if base != 10 else text, base)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def documents(text: str) -> list:
    return [core_schema(node) for node in yaml.compose_all(text, Loader=yaml.SafeLoader)]


@pytest.fixture(scope="module")
def schema():
    if jsonschema is None:
        missing("jsonschema or yaml", "python3-jsonschema python3-yaml")
    with open(SCHEMA, encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(scope="module")
def validator(schema):
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory) -> dict:
    """The reader's tables, printed by the reader."""
    folder = tmp_path_factory.mktemp("probe")
    (folder / "probe.c").write_text(PROBE)
    make("build/libvotesim.a", "build/libvotequorum_core.a")
    subprocess.run(["gcc", "-I.", "-o", folder / "probe", folder / "probe.c", "build/libvotesim.a", "build/libvotequorum_core.a",
                    "-lyaml"], cwd=ROOT, check=True)
    return json.loads(subprocess.run([folder / "probe"], capture_output=True, text=True, check=True).stdout)


def mapping_of(schema: dict, place: str) -> dict:
    """The part of the schema that describes a mapping of the reader."""
    if place == "scenario":
        return schema
    definitions = schema["definitions"]
    name = PLACES.get(place, "call_" + place if "call_" + place in definitions else place)
    choices = [definitions[name]]
    while "properties" not in choices[0]:
        choices = choices[0].get("anyOf", []) + choices[1:]
    return choices[0]


def every_key(schema: dict):
    """Every described key: its path, its part of the schema."""
    todo = [("", schema)]
    while todo:
        path, part = todo.pop()
        if isinstance(part, list):
            todo += [(f"{path}/{i}", item) for i, item in enumerate(part)]
        if not isinstance(part, dict):
            continue
        for key, value in part.items():
            if key == "properties":
                for name, described in value.items():
                    yield f"{path}/{name}", described
            if key != "examples":
                todo.append((f"{path}/{key}", value))


# ---- the same words -------------------------------------------------------------------

def test_the_schema_has_the_reader_s_keys(schema, vocabulary):
    for place, words in vocabulary["mappings"].items():
        mapping = mapping_of(schema, place)
        assert set(mapping["properties"]) == set(words), place
        assert set(mapping.get("required", [])) == {name for name, word in words.items() if word["required"]}, place
        assert mapping["additionalProperties"] is False, place


def test_the_schema_has_the_reader_s_types(schema, vocabulary):
    for place, words in vocabulary["mappings"].items():
        for name, word in words.items():
            if word["type"] == "other" or (place, name) in SAID_OTHERWISE:
                continue
            said = mapping_of(schema, place)["properties"][name].get("allOf", [{}])[0].get("$ref", "").rpartition("/")[2]
            kinds = TYPES[word["type"]] + (("boolean", "switch") if (place, name) == ("quorum_callback", "quorate") else ())
            if name in ("dispatch", "in_callback"):
                continue
            assert said in kinds, f"{place}.{name}"


def test_the_schema_has_the_reader_s_names(schema, vocabulary):
    names = vocabulary["names"]
    definitions = schema["definitions"]
    for place, kind in (("trackFlag", "track_flags"), ("infoFlag", "info_flags"), ("nodeState", "node_states"),
                        ("dispatchType", "dispatch_types"), ("error", "errors")):
        assert definitions[place]["anyOf"][0]["enum"] == list(names[kind]), kind
    assert definitions["error"]["anyOf"][2]["enum"] == list(names["errors"].values())
    quirks = mapping_of(schema, "cluster")["properties"]["quirks"]
    assert quirks["anyOf"][0]["propertyNames"]["anyOf"][0]["enum"] == list(names["quirks"])
    assert definitions["callback"]["anyOf"][0]["enum"] == list(names["callbacks"])


def test_every_key_is_described_and_shown(schema, validator):
    """Each with a sentence, and with examples that it accepts."""
    count = 0
    for path, described in every_key(schema):
        if "anyOf" in described and {"type": "null"} in described["anyOf"] and "examples" not in described:
            continue
        assert described["description"].endswith("."), path
        assert described["examples"], path
        for example in described["examples"]:
            part = {**{key: value for key, value in described.items() if key != "examples"}, "definitions": schema["definitions"]}
            assert list(jsonschema.Draft7Validator(part).iter_errors(example)) == [], f"{path}: {example}"
            count += 1
    assert count > 200


# ---- the same verdict ------------------------------------------------------------------

HEAD = "scenario: s\ncluster: {nodes: 3}\nsteps:\n"
TRACK = "  - trackstart: {node: 1, client: a, flags: [CHANGES], context: 42}\n"


def step(text: str) -> str:
    return HEAD + f"  - {text}\n"


def expect(text: str) -> str:
    return HEAD + "  - start: all\n" + TRACK + f"  - expect: {text}\n"


def top(text: str) -> str:
    return f"{text}\n" + step("start: all")


def cluster(text: str) -> str:
    return f"scenario: s\ncluster: {text}\nsteps: [{{start: all}}]\n"


VALID = [
    step("start: all"), step("start: 2"), step("start: [1, 2]"), step("start: {nodes: [1, 2], together: true}"),
    step("stop: {nodes: 1, wipe: true}"), step("crash: [3]"), step("pause: 1"), step("resume: all"),
    step("partition: [[1, 2], [3]]"), step("partition: [[], [1]]"), step("heal: all"),
    step("link: {from: 1, to: 2, loss: 5%, latency: 1ms, up: true}"), step("link: {from: 1, to: 2, loss: 0.5}"),
    step("{start: 1, at: 1.5s, name: x, settle: true}"), step("{start: 1, after: 10us}"), step("wait: 1m"),
    step("reload: {}"), step("reload: {quorum: {two_node: 1}, nodes: [1, {nodeid: 4, quorum_votes: 2}], on: [1]}"),
    step("cancel_wait_for_all: 1"), step("fault: {node: 1, client: a, call: getinfo, error: TRY_AGAIN}"),
    step("fault: {node: 1, error: CS_ERR_LIBRARY, call: any}"), HEAD + TRACK + "  - kill: {node: 1, client: a}\n",
    step("inject: {node: 1, kind: nodeinfo, about: 2, votes: 7}"), step("inject: {node: 1, kind: 99, name: a, new_name: b, more: x, cut: 3, flags: 1}"),
    step("initialize: {node: 1, client: 7, callbacks: [quorum], dispatch: manual, slow: 5ms}"), step("finalize: {node: 1}"),
    step("qdevice_register: {node: 1, name: q, in_callback: qdevice_poll}"), step("trackstart: {node: 1, in_callback: none}"),
    step("dispatch: {node: 1, type: ONE_NONBLOCKING}"), step("dispatch: {node: 1, type: 9}"), step("fd_get: {node: 1}"),
    step("context_set: {node: 1, context: 18446744073709551615}"), step("getinfo: {node: 1, of: 99}"),
    step("setexpected: {node: 1, votes: 0}"), step("setvotes: {node: 1, of: 0, votes: 3}"),
    step("trackstart: {node: 1, flags: CS_TRACK_CURRENT}"), step("trackstart: {node: 1, flags: 0xffffffff}"),
    step("qdevice_poll: {node: 1, name: q, ring: [1, 8]}"), step("qdevice_poll: {node: 1, name: q, cast_vote: false, ring: stale}"),
    step("qdevice_update: {node: 1, name: '', new_name: x}"), step("qdevice_master_wins: {node: 1, name: q, allow: 1}"),
    step("{getinfo: {node: 1}, expect: {reply: {error: OK, flags: [QUORATE], node_state: member, qdevice_name: ''}}}"),
    step("{trackstop: {node: 1}, expect: {reply: 12}}"), step("{context_get: {node: 1}, expect: {reply: {context: 1}}}"),
    expect("{quorate: {all: true, 3: false}, members: {1: [1, 2]}, split_brain: false}"),
    expect("{callbacks: {a: []}, callbacks_include: {a@1: [quorum, nodelist: {ring: {nodeid: 1}, members: [1]}]}}"),
    expect("{callbacks: {a: [{quorum: {quorate: true, nodes: {1: member, 0: 0}}}, {quorum: {nodes: [[2, dead]]}}, {nodelist: }]}}"),
    expect("{callbacks: {a: [{expected_votes: {context: 42, expected_votes: 3}}]}}"),
    expect("{info: {1: {quorum: 2, of: 3}, 2: [{flags: TWONODE}, {flags: 3}]}, refused: {1: two_node, 2: }}"),
    expect("{log: {1: 'will continue', 2: [], 3: [a, b]}}"),
    top("seed: 3f7c9d2"), top("seed: 7"), top("tags: x"), top("findings: [I2, 'votes']"), top("tags: [x, 1]"), top("description: 12"), top("description:"),
    top("network: {latency: 1ms, jitter: 0s, loss: 1}"), top("totem: {token: 1000, join: 50ms}"),
    cluster("{nodes: [{nodeid: 9, quorum_votes: 2, quorum: {wait_for_all: 0}}, 4294967295]}"),
    cluster("{nodes: 2, nodelist: false, quorum: {expected_votes: 2, votes: 1}}"),
    cluster("{nodes: 4, quorum: {auto_tie_breaker: 1, auto_tie_breaker_node: [2, 4], last_man_standing_window: 5s}}"),
    cluster("{nodes: 2, quorum: {device: {model: net, votes: 1, timeout: 10000, net: {host: x}}}, profile: documented}"),
    cluster("{nodes: 1, quirks: {record-order: false}}"), cluster("{nodes: 385, capacity: 400}"),
    "scenario: ${n}\nmatrix: {n: [1, 2]}\ncluster: {nodes: \"${n}\", quorum: {two_node: \"${n}\"}}\nsteps: [{start: all}]\n"
    .replace("two_node", "expected_votes"),
    "scenario: s\nmatrix: {t: [1, 2], g: [[[1]], [[1], [2]]]}\ncluster: {nodes: 2}\n"
    "steps: [{wait: \"${t}s\"}, {partition: \"${g}\"}, {start: all, expect: {quorate: {\"${t}\": true}}}]\n",
    'scenario: s\nmatrix: {k: [two_node, wait_for_all]}\ncluster: {nodes: 2, quorum: {"${k}": 1}}\nsteps: [{start: all}]\n',
    '{"scenario": "json", "cluster": {"nodes": 2}, "steps": [{"start": "all", "expect": {"quorate": {"1": false}}}]}',
    step("start: all") + "---\n" + step("heal: all"),
]

INVALID = [
    "- a\n", "hello\n", "scenario: s\ncluster: {nodes: 3}\n", "cluster: {nodes: 3}\nsteps: [{start: all}]\n",
    "scenario: s\nsteps: [{start: all}]\n", "scenario: s\ncluster: {nodes: 3}\nsteps: []\n", top("foo: 1"), top("seed: -1"),
    top("seed: [1]"), top("tags: {a: b}"), top("findings: I2"), top("findings: [[I2]]"), top("network: {latency: 5}"), top("network: {loss: 101}"), top("network: {loss: 5}"),
    top("network: {lost: 5%}"), top("totem: {token: 1}").replace("token", "tokn"), top("totem: {token: x}"),
    top("matrix: [1]"), top("matrix: {n: 3}"), top("matrix: {n: []}"), top("matrix: {1n: [1]}"),
    cluster("{}"), cluster("3"), cluster("{nodes: 0}"), cluster("{nodes: 385}"), cluster("{nodes: 1, capacity: 0}"), cluster("{nodes: 1, capacity: 4097}"),
    cluster("{nodes: 4097, capacity: 4096}"), cluster("{nodes: [" + "1, " * 384 + "1]}"), cluster("{nodes: three}"), cluster("{nodes: '3'}"),
    cluster("{nodes: []}"), cluster("{nodes: [{quorum_votes: 1}]}"), cluster("{nodes: [{nodeid: 0}]}"),
    cluster("{nodes: 3, quorum: {wait_for_al: 1}}"), cluster("{nodes: 3, quorum: {two_node: yes}}"),
    cluster("{nodes: 3, quorum: {two_node: 2}}"), cluster("{nodes: 3, quorum: {expected_votes: 4294967296}}"),
    cluster("{nodes: 3, quorum: {provider: x}}"), cluster("{nodes: 3, quorum: {device: {modl: net}}}"),
    cluster("{nodes: 3, quirks: {record: false}}"), cluster("{nodes: 3, quirks: {record-order: 0}}"),
    cluster("{nodes: 3, profile: documentd}"), cluster("{corosync_conf: x, quorum: {two_node: 1}}"),
    step("heal"), step("name: x"), step("strat: all"), step("{start: 1, stop: 2}"), step("{start: 1, at: 1s, after: 1s}"),
    step("wait: 5"), step("wait: 5sec"), step("wait: -5s"), step("wait: [5s]"), step("{start: 1, settle: no}"),
    step("start: some"), step("start:"), step("start: [1, 1]"), step("start: {node: 1}"), step("start: {together: true}"),
    step("crash: {nodes: 1, wipe: 1}"), step("pause: {nodes: 1}"), step("partition: [1, 2]"), step("heal: 1"),
    step("link: {from: 1, to: 2}"), step("link: {from: 1, up: false}"), step("link: {from: 1, to: 2, loss: x}"),
    step("reload: {quorm: {}}"), step("trackstart: 1"), step("trackstart: {client: a}"), step("trackstart: {node: 1, flags: CHANGE}"),
    step("trackstart: {node: 1, flags: 4294967296}"), step("trackstart: {node: 1, context: -1}"), step("trackstart: {node: 1, flgs: 2}"),
    step("setexpected: {node: 1}"), step("setvotes: {node: 1, votes: 1}"), step("qdevice_register: {node: 1}"),
    step("qdevice_poll: {node: 1, name: q, ring: old}"), step("qdevice_poll: {node: 1, name: q, ring: {seq: 1}}"),
    step("qdevice_register: {node: 1, name: " + "x" * 255 + "}"), step("dispatch: {node: 1, type: SOME}"),
    step("dispatch: {node: 1, client: a@1}"), step("dispatch: {node: 1, client: ''}"), step("dispatch: {node: 1, dispatch: manul}"),
    step("trackstart: {node: 1, in_callback: trackstart}"), step("trackstart: {node: 1, in_callback: [getinfo]}"),
    step("initialize: {node: 1, callbacks: [quorm]}"), step("fault: {node: 1, call: getinf, error: TRY_AGAIN}"),
    step("fault: {node: 1, error: NAME_NOT_FOUND}"), step("fault: {node: 1}"), step("inject: {node: 1}"), step("inject: {node: 1, kind: nodinfo}"), step("inject: 1"), step("kill: {node: 1, client: a, slow: 1s}"),
    expect("{}"), expect(""), expect("{quorat: {1: true}}"), expect("{quorate: true}"), expect("{quorate: {1: maybe}}"),
    expect("{quorate: {x: true}}"), expect("{members: {1: 2}}"), expect("{info: {1: {node_vote: 1}}}"),
    expect("{info: {1: {node_state: ded}}}"), expect("{info: {1: {flags: [TWO_NODE]}}}"), expect("{callbacks: []}"),
    expect("{callbacks: {a: {quorum: }}}"), expect("{callbacks: {a: [nodlist]}}"), expect("{callbacks: {a: [{nodelist: , quorum: }]}}"),
    expect("{callbacks: {a: [{quorum: {members: [1]}}]}}"), expect("{callbacks: {a: [{quorum: {nodes: {1: alive}}}]}}"),
    expect("{callbacks: {a: [{quorum: {nodes: [1, 2]}}]}}"), expect("{callbacks: {a: [{nodelist: {ring: 4}}]}}"),
    expect("{refused: [1]}"), expect("{log: [1]}"), expect("{log: {1: }}"), expect("{log: {1: [[a]]}}"), expect("{split_brain: none}"), step("{trackstop: {node: 1}, expect: {reply: EXISTS}}"),
    step("{trackstop: {node: 1}, expect: {reply: 3}}"), step("{trackstop: {node: 1}, expect: {reply: {eror: OK}}}"),
]

# Right by the schema, refused by the reader: what a schema cannot know.
BEYOND = {
    "nodes that do not exist": step("start: 4"),
    "nodes in an expectation": expect("{quorate: {4: true}}"),
    "nodes twice": cluster("{nodes: [{nodeid: 1}, {nodeid: 1, quorum_votes: 2}]}"),
    "rules that do not exist": top("findings: [I99]"),
    "nodes above the capacity": cluster("{nodes: 401, capacity: 400}"),
    "nodes in two groups": step("partition: [[1], [1, 2]]"),
    "nodes that only a later reload lists": step("start: 4") + "  - reload: {nodes: 4}\n",
    "an id written twice": expect("{quorate: {1: true, 0x1: true}}"),
    "a key written twice": "scenario: s\n" + step("heal: all"),
    "no node running": step("expect: {quorate: {all: true}}"),
    "the same node at both ends": step("link: {from: 1, to: 1, up: false}"),
    "clients that do not exist": expect("{callbacks: {b: []}}"),
    "clients on several nodes": expect("{callbacks: {a: []}}").replace(TRACK, TRACK + TRACK.replace("node: 1", "node: 2")),
    "clients not used before": step("kill: {node: 1, client: a}"),
    "options after the first use": HEAD + TRACK + "  - dispatch: {node: 1, client: a, dispatch: manual}\n",
    "the past": step("wait: 5s") + "  - {start: 1, at: 1s}\n",
    "too long": step("wait: 9999h"),
    "too fine": step("wait: 0.5ns"),
    "no whole milliseconds": top("totem: {token: 1500us}"),
    "a token of nothing": top("totem: {token: 0}"),
    "a loss above all": step("link: {from: 1, to: 2, loss: 101%}"),
    "values never used": top("matrix: {n: [1]}"),
    "values that do not exist": step('start: "${n}"'),
    "values of the wrong type": 'scenario: s\nmatrix: {n: [x]}\ncluster: {nodes: "${n}"}\nsteps: [{start: all}]\n',
    "too many combinations": f'scenario: "${{a}}${{b}}"\nmatrix: {{a: {list(range(100))}, b: {list(range(100))}}}\n'
                             "cluster: {nodes: 1}\nsteps: [{start: all}]\n",
    "a corosync.conf that is not there": cluster("{corosync_conf: none.conf}"),
    "votes without a nodelist": cluster("{nodes: [{nodeid: 1, quorum_votes: 2}], nodelist: false}"),
    "replies of what is no call": step("{start: all, expect: {reply: OK}}"),
    "fields of another reply": step("{trackstop: {node: 1}, expect: {reply: {quorum: 2}}}"),
    "alone, a reply": step("expect: {reply: OK}"),
}


def verdicts(program, validator, folder, text: str) -> tuple[bool, bool, str]:
    """Does the reader accept it; does the schema; the reader's message."""
    path = folder / "scenario.yaml"
    path.write_text(text)
    run = votesim(program, "check", str(path))
    assert run.returncode in (0, 2), run.stderr
    return run.returncode == 0, all(validator.is_valid(document) for document in documents(text)), run.stderr.strip()


def test_what_is_right_is_right_to_both(program, validator, tmp_path):
    for text in VALID:
        reader, schema, message = verdicts(program, validator, tmp_path, text)
        assert reader, f"{text}\n{message}"
        assert schema, f"{text}\n{[error.message for document in documents(text) for error in validator.iter_errors(document)]}"


def test_what_is_wrong_is_wrong_to_both(program, validator, tmp_path):
    for text in INVALID:
        reader, schema, message = verdicts(program, validator, tmp_path, text)
        assert not reader, text
        assert re.match(r".*scenario\.yaml:\d+:\d+: \S", message) and "\n" not in message, message
        assert not schema, text


@pytest.mark.parametrize("what", BEYOND)
def test_what_only_the_reader_can_know(program, validator, tmp_path, what):
    assert verdicts(program, validator, tmp_path, BEYOND[what])[:2] == (False, True)


def test_the_library_is_right_to_the_schema(validator):
    """Bare ${name} between braces or brackets is put in quotes, as editors need it."""
    for path in scenario_files():
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = re.sub(r"(?<![\"'\w])\$\{[\w.-]+\}(?=[,}\]])", r'"\g<0>"', file.read())
        for document in documents(text):
            assert [f"{path}: {error.message}" for error in validator.iter_errors(document)] == []


# ---- the reference -----------------------------------------------------------------------

def test_the_reference_is_what_the_schema_says():
    """`python3 -m harness.reference` writes it anew."""
    with open(reference.REFERENCE, encoding="utf-8") as file:
        assert file.read() == reference.written()


def test_the_reference_has_every_key_and_no_link_into_nothing(vocabulary):
    text = reference.written()
    for place, words in vocabulary["mappings"].items():
        assert [name for name in words if f"`{name}`" not in text] == [], place
    headings = {reference.anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= headings


def test_the_examples_are_read(schema, program, tmp_path):
    """Every example of every key in a scenario of its own: the reader takes it."""
    taken = 0
    for name, part in schema["properties"].items():
        for example in part["examples"]:
            base = {"scenario": "s", "cluster": {"nodes": 3}, "steps": [{"start": "all"}], name: example}
            if name == "matrix":
                base["description"] = "".join(f"${{{key}}}" for key in example)
            taken += is_read(program, tmp_path, base)
    for name, part in mapping_of(schema, "cluster")["properties"].items():
        for example in part["examples"]:
            base = {"nodes": 3, name: example}
            (tmp_path / "corosync.conf").write_text(CONF)
            if name == "corosync_conf":
                del base["nodes"]
            if name == "nodelist":
                base["quorum"] = {"expected_votes": 3}
            taken += is_read(program, tmp_path, {"scenario": "s", "cluster": base, "steps": [{"start": "all"}]})
    for name, part in mapping_of(schema, "quorum")["properties"].items():
        for example in part["examples"]:
            nodes = 2 if name == "two_node" else 4
            quorum = {"auto_tie_breaker": 1, name: example} if name == "auto_tie_breaker_node" else {name: example}
            taken += is_read(program, tmp_path, {"scenario": "s", "cluster": {"nodes": nodes, "quorum": quorum}, "steps": [{"start": "all"}]})
    for name, part in mapping_of(schema, "step")["properties"].items():
        for example in part["examples"]:
            step_of = {name: example} if name not in ("name", "at", "after", "settle") else {"wait": "1s", name: example}
            before = [{"start": "all"}, {"trackstart": {"node": 1, "client": "a"}}]
            if name == "start" or name == "trackstart" or name == "initialize":
                before = []
            if name == "expect":
                before = before[:1]
            taken += is_read(program, tmp_path, {"scenario": "s", "cluster": {"nodes": 3}, "steps": [*before, step_of]})
    for name, part in mapping_of(schema, "expect")["properties"].items():
        for example in part["examples"]:
            steps = [{"start": "all"}, {"trackstart": {"node": 1, "client": "a"}, "expect": {name: example}}]
            taken += is_read(program, tmp_path, {"scenario": "s", "cluster": {"nodes": 3}, "steps": steps})
    assert taken > 75


CONF = "totem {\n version: 2\n}\nnodelist {\n node {\n  ring0_addr: a\n  nodeid: 1\n }\n}\nquorum {\n provider: corosync_votequorum\n}\n"


def is_read(program: str, folder, scenario: dict) -> bool:
    (folder / "example.yaml").write_text(json.dumps(scenario))
    done = votesim(program, "check", str(folder / "example.yaml"))
    assert done.returncode == 0, f"{scenario}\n{done.stderr}"
    return True
