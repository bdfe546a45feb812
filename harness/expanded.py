"""Expanded scenarios (`votesim check --json`, a run a line) and the way back: a scenario that says one of them.

What comes back is the same run, without its expectations and its seed. With other totem times, or with the times
at which its steps began on another ground, it is what that ground is compared with.
"""

import json
import subprocess

from .support import ROOT, votesim

CALLS = {
    "initialize": [], "finalize": [], "fd_get": [], "context_get": [], "trackstop": [],
    "dispatch": ["type"], "context_set": ["context"], "getinfo": ["of"], "setexpected": ["votes"], "setvotes": ["of", "votes"],
    "trackstart": ["context", "flags"], "qdevice_register": ["name"], "qdevice_unregister": ["name"],
    "qdevice_update": ["name", "new_name"], "qdevice_poll": ["name", "cast_vote", "ring"],
    "qdevice_master_wins": ["name", "allow"], "fault": ["call", "error"],
}


def read(program: str, paths: list[str]) -> list[dict]:
    """Every run of these scenarios. Raises ValueError with votesim's words when one is wrong."""
    done = votesim(program, "check", "--json", *paths)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    return [json.loads(line) for line in done.stdout.splitlines()]


def title(run: dict) -> str:
    """The name of a run, as --only takes it."""
    return run["scenario"] + (f" [{run['variant']}]" if run["variant"] else "")


def timed(run: dict) -> bool:
    """Does it name moments, or begin a step before the one before has settled?"""
    return any("at_ns" in step or "after_ns" in step or not step["settle"] for step in run["steps"])


def _nodes(configs: dict[int, dict]) -> dict:
    """`quorum` and `nodes` of a cluster or a reload: `configs` by node id."""
    sections = [config["quorum"] for config in configs.values()]
    listed = next(iter(configs.values()))["nodelist"]
    shared = all(section == sections[0] for section in sections)
    if not listed:
        return {"nodes": list(configs), "nodelist": False, "quorum": sections[0]}
    nodes = [{"nodeid": node["nodeid"], "quorum_votes": node["quorum_votes"],
              **({} if shared or node["nodeid"] not in configs else {"quorum": configs[node["nodeid"]]["quorum"]})} for node in listed]
    return {"nodes": nodes, "quorum": sections[0] if shared else {}}


def _verb(run: dict, step: dict):
    verb = step["verb"]
    if verb in CALLS or verb == "kill":
        client = next(c for c in run["clients"] if (c["node"], c["client"]) == (step["node"], step["client"]))
        value = {"node": step["node"], "client": step["client"], "dispatch": client["dispatch"], "callbacks": client["callbacks"]}
        if client["slow_ns"]:
            value["slow"] = f"{client['slow_ns']}ns"
        value["in_callback"] = client.get("in_callback", "none")
        value.update({name: step[name] for name in CALLS.get(verb, [])})
        if isinstance(value.get("ring"), list):
            value["ring"] = {"nodeid": value["ring"][0], "seq": value["ring"][1]}
        return value if verb != "kill" else {"node": step["node"], "client": step["client"]}
    if verb == "start":
        return {"nodes": step["nodes"], "together": step["together"]}
    if verb in ("stop", "crash"):
        return {"nodes": step["nodes"], "wipe": step["wipe"]}
    if verb in ("pause", "resume", "cancel_wait_for_all"):
        return step["nodes"]
    if verb == "partition":
        return step["groups"]
    if verb == "inject":
        return {key: step[key] for key in ("node", "kind", "about", "votes", "expected_votes", "flags", "cut", "name", "new_name", "more") if key in step}
    if verb == "heal":
        return "all"
    if verb == "wait":
        return f"{step['duration_ns']}ns"
    if verb == "link":
        value = {key: step[key] for key in ("from", "to", "up") if key in step}
        value.update({"loss": step["loss_ppm"] / 1e6} if "loss_ppm" in step else {})
        value.update({"latency": f"{step['latency_ns']}ns"} if "latency_ns" in step else {})
        return value
    assert verb == "reload", verb
    value = {**_nodes({int(nodeid): config for nodeid, config in step["configs"].items() if config}), "on": step["on"]}
    if value.get("nodelist") is False:  # the cluster's file has none, and a reload keeps to that
        return {"quorum": value["quorum"], "on": value["on"]}
    return value


def scenario(run: dict, began: list[int] | None = None) -> str:
    """The run as a scenario (JSON, which is YAML). `began`: when each step began elsewhere, in ns; here it begins no sooner."""
    steps = []
    for number, step in enumerate(run["steps"]):
        entry = {"wait": "0s"} if step["verb"] == "expect" else {step["verb"]: _verb(run, step)}
        moment = f"{began[number]}ns" if began else f"{step['at_ns']}ns" if "at_ns" in step else None
        if moment:
            entry["at"] = moment
        elif "after_ns" in step:
            entry["after"] = f"{step['after_ns']}ns"
        steps.append({**entry, "settle": step["settle"]})
    network = run["network"]
    stored = {str(node["nodeid"]): node["stored_expected_votes"] for node in run["cluster"]["nodes"] if "stored_expected_votes" in node}
    return json.dumps({
        "scenario": run["scenario"],
        "cluster": {**_nodes({node["nodeid"]: node["config"] for node in run["cluster"]["nodes"] if node["config"] and not node["later"]}),
                    "capacity": run["cluster"]["capacity"], "quirks": {name: False for name in run["cluster"]["quirks_off"]},
                    "stored_expected_votes": stored},
        "totem": {key.removesuffix("_ms"): value for key, value in run["totem"].items()
                  if value or key == "token_coefficient_ms"},
        "network": {"latency": f"{network['latency_ns']}ns", "jitter": f"{network['jitter_ns']}ns", "loss": network["loss_ppm"] / 1e6},
        "steps": steps,
    }) + "\n"


def trace(program: str, path: str) -> list[dict]:
    """The trace of the plain run of one scenario, events too. Raises ValueError when it is refused."""
    done = subprocess.run([program, "run", "-q", "--trace-all", "--trace", "-", path], cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode not in (0, 1):
        raise ValueError(done.stderr.strip())
    return [json.loads(line) for line in done.stdout.splitlines()]
