"""Writes scenarios/REFERENCE.md, every key of the scenario language, from scenarios/schema.json.

usage: python3 -m harness.reference [--check]

--check writes nothing; exit status 1 when the file is not what would be written.
"""

import argparse
import json
import os
import re
import sys

from .support import ROOT

SCHEMA = f"{ROOT}/scenarios/schema.json"
REFERENCE = f"{ROOT}/scenarios/REFERENCE.md"

HEAD = """\
# Every key of a scenario

Made from [schema.json](schema.json) by `python3 -m harness.reference`; `votesim-scenario(5)` tells how it all goes together.

A `${name}` of the `matrix` may stand wherever a value may; between braces or brackets in quotes, `"${name}"`. **Bold** keys must be given.
Where a default is not told, leaving a key out means nothing is set, asked or compared.
"""

# Heading, definition ("": the top), what to say before its keys.
SECTIONS = [
    ("The top", "", ""),
    ("cluster", "cluster", ""),
    ("A node of the list", "node", "In `cluster.nodes` and `reload.nodes`; a bare id says the same as `{nodeid: ID}`."),
    ("quorum", "quorum", "The section of corosync.conf with its own keys and defaults, votequorum(5)."),
    ("device", "device", "`quorum.device` of corosync.conf."),
    ("totem", "totem", "The section of corosync.conf."),
    ("network", "network", ""),
    ("choices", "choices", "Written by programs that look for an interleaving: what each kind of free choice takes, by the number of that choice."),
]

MODIFIERS = ("name", "at", "after", "settle", "expect")
# The verbs of a step by group; all that is left is a library call.
GROUPS = [
    ("Nodes", ("start", "stop", "crash", "pause", "resume")),
    ("Network", ("partition", "heal", "link")),
    ("Configuration", ("reload", "cancel_wait_for_all")),
    ("Time", ("wait",)),
    ("Clients and their faults", ("kill", "fault", "inject")),
    ("Connections", ("initialize", "finalize", "dispatch", "fd_get", "context_get", "context_set")),
    ("Questions and votes", ("getinfo", "setexpected", "setvotes")),
    ("Tracking", ("trackstart", "trackstop")),
    ("Quorum device", ("qdevice_register", "qdevice_unregister", "qdevice_update", "qdevice_poll", "qdevice_master_wins")),
]
COMMON = ("node", "client", "dispatch", "callbacks", "slow", "in_callback")

EXPECTATIONS = [
    ("expect", "expect", "What must be once the step is done. What is left out is not compared."),
    ("info", "info", "What getinfo answers at a node; every field that is given must be so."),
    ("reply", "reply", "What the step's own call answers: an error alone, or with fields."),
    ("nodelist", "nodelistCallback", "A nodelist callback; `nodelist` alone is any."),
    ("quorum callback", "quorumCallback", "A quorum callback."),
    ("expected_votes callback", "expectedVotesCallback", "An expected votes callback."),
]

TYPES = ("text", "boolean", "switch", "number", "number64", "duration", "millis", "ratio", "id", "idList", "nodes", "error", "trackFlags",
         "infoFlags", "nodeState", "dispatchType", "clientName", "deviceName", "ring")
TYPE_NAMES = {"number64": "64-bit number", "idList": "list of ids", "trackFlags": "track flags", "infoFlags": "info flags",
              "nodeState": "node state", "dispatchType": "dispatch type", "clientName": "client", "deviceName": "device name",
              "millis": "milliseconds", "nodes": "which nodes", "trackFlag": "track flag", "infoFlag": "info flag"}
# Where definitions without a section of their own are told, or what they are in words.
TOLD = {"nodelist": "a number, or a list of [nodes](#a-node-of-the-list)", "start": "[which nodes](#which-nodes), or the mapping below",
        "stop": "[which nodes](#which-nodes), or the mapping below", "groups": "list of lists of ids", "callback": "callback",
        "step": "[step](#steps)", "faultError": "[error](#error)", "trackFlag": "[track flag](#track-flags)", "infoFlag": "[info flag](#info-flags)", "picks": "number of a choice, or `all`, to what it takes"}


class Reference:
    def __init__(self, schema: dict):
        self.schema = schema
        self.definitions = schema["definitions"]
        self.headings = {definition: heading for heading, definition, _ in SECTIONS + EXPECTATIONS if definition}

    def mapping(self, name: str) -> dict | None:
        """The part of a definition that has keys; None: it has none."""
        todo = [self.definitions[name] if name else self.schema]
        while todo:
            part = todo.pop(0)
            if "properties" in part:
                return part
            todo += part.get("anyOf", [])
        return None

    def kind(self, part: dict) -> str:
        """What a value may be, in words, with links."""
        if "allOf" in part:
            return self.kind(part["allOf"][0])
        if "$ref" in part:
            return self.named(part["$ref"].rpartition("/")[2])
        if "anyOf" in part:
            kinds = []
            for choice in part["anyOf"]:
                words = self.kind(choice)
                if words and words not in kinds:
                    kinds.append(words)
            return ", or ".join(kinds)
        if "enum" in part:
            return ", ".join(f"`{json.dumps(word).strip(chr(34))}`" for word in part["enum"])
        if "const" in part:
            return f"`{part['const']}`"
        return self.plain(part)

    def named(self, name: str) -> str:
        if name == "placeholder":
            return ""
        if name in TOLD:
            return TOLD[name]
        if name in TYPES:
            words = TYPE_NAMES.get(name, name)
            return f"[{words}](#{anchor(words)})"
        if name in self.headings:
            return f"[{self.headings[name]}](#{anchor(self.headings[name])})"
        return "mapping" if self.mapping(name) else self.kind(self.definitions[name])

    def plain(self, part: dict) -> str:
        types = part.get("type", [])
        types = [types] if isinstance(types, str) else types
        if "array" in types and isinstance(part.get("items"), dict):
            inner = self.kind(part["items"])
            return f"list of {inner}" if inner else "list"
        if "array" in types:
            return "list"
        if "object" in types:
            inner = self.kind(part["additionalProperties"]) if isinstance(part.get("additionalProperties"), dict) else ""
            nodes = re.match(r"\^\((all\||)\[0-9\]", part.get("propertyNames", {}).get("pattern", ""))
            return f"by {'node' if nodes else 'name'}: {inner}" if inner else "mapping"
        if "integer" in types and "minimum" in part and "maximum" in part:
            return f"number, {part['minimum']} to {part['maximum']}"
        if "string" in types and "pattern" not in part:
            return "text"
        return {"integer": "number", "number": "number", "boolean": "true or false"}.get(types[0] if types else "", "")

    def table(self, name: str, leave_out: tuple = (), only: tuple = ()) -> list[str]:
        mapping = self.mapping(name)
        rows = ["| key | value | | example |", "|---|---|---|---|"]
        keys = only or [key for key in mapping["properties"] if key not in leave_out]
        for key in keys:
            described = mapping["properties"][key]
            shown = f"**`{key}`**" if key in mapping.get("required", []) else f"`{key}`"
            examples = "<br>".join(f"`{key}: {flow(example)}`" for example in described.get("examples", []))
            rows.append(f"| {shown} | {self.kind(described) or 'anything'} | {cell(described.get('description', ''))} | {cell(examples)} |")
        return rows

    def sections(self, sections: list) -> list[str]:
        lines = []
        for heading, name, words in sections:
            lines += [f"## {heading}", ""] + ([words, ""] if words else []) + self.table(name) + [""]
        return lines

    def steps(self) -> list[str]:
        lines = ["## Steps", "", "A step is one verb, and what modifies it:", ""] + self.table("step", only=MODIFIERS) + [""]
        verbs = [verb for _, group in GROUPS for verb in group]
        missing = set(self.mapping("step")["properties"]) ^ {*verbs, *MODIFIERS}
        assert not missing, f"GROUPS does not have {missing}"
        lines += ["### Keys of every library call", "",
                  "The verbs from *Connections* on are functions of `libvotequorum`. Each takes these, and those that are told with it:", ""]
        lines += self.table("call_trackstart", only=COMMON) + [""]
        for heading, group in GROUPS:
            lines += [f"### {heading}", ""] + self.table("step", only=group) + [""]
            for verb in group:
                lines += self.keys_of(verb)
        return lines

    def keys_of(self, verb: str) -> list[str]:
        """The keys of a verb's own mapping, when it has one."""
        name = self.mapping("step")["properties"][verb].get("allOf", [{}])[0].get("$ref", "").rpartition("/")[2]
        name = "call_" + verb if "call_" + verb in self.definitions else name
        if verb == "crash" or not name or self.mapping(name) is None or name in TYPES:
            return []
        left_out = COMMON if name.startswith("call_") or name == "fault" else ()
        if not set(self.mapping(name)["properties"]) - set(left_out):
            return []
        head = "Of `stop` and `crash`" if verb == "stop" else f"Of `{verb}`"
        return [f"{head}{', beside the common ones' if left_out else ''}:", ""] + self.table(name, left_out) + [""]

    def types(self) -> list[str]:
        lines = ["## Values", ""]
        for name in TYPES:
            part = self.definitions[name]
            words = part.get("$comment", "")
            names = [choice["enum"] for choice in part.get("anyOf", []) if "enum" in choice and isinstance(choice["enum"][0], str)]
            if name.endswith("Flags"):
                names = [self.definitions[name[:-1]]["anyOf"][0]["enum"]]
            lines += [f"### {TYPE_NAMES.get(name, name)}", "", words, ""]
            if names:
                lines += [", ".join(f"`{word}`" for word in names[0]) + ".", ""]
            if self.mapping(name):
                lines += self.table(name) + [""]
        return lines

    def text(self) -> str:
        lines = [HEAD] + self.sections(SECTIONS) + self.steps() + self.sections(EXPECTATIONS) + self.types()
        return "\n".join(lines).rstrip("\n") + "\n"


def anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def flow(value) -> str:
    """A value as it would stand in a scenario, in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_. -]*|[0-9][0-9.]*([a-z]+|%)", value) and value not in ("true", "false", "null"):
        return value
    return json.dumps(value, ensure_ascii=False)


def written() -> str:
    """What the reference should be."""
    with open(SCHEMA, encoding="utf-8") as file:
        return Reference(json.load(file)).text()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.check:
        with open(REFERENCE, encoding="utf-8") as file:
            return 0 if file.read() == written() else 1
    with open(REFERENCE, "w", encoding="utf-8") as file:
        file.write(written())
    return 0


if __name__ == "__main__":
    sys.exit(main())
