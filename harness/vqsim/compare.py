"""The scenario library on corosync-vqsim: who is quorate, and who is a member with whom, after every step.

usage: python3 -m harness.vqsim.compare [SCENARIO…] [-k NAME] [-v] [--json FILE] [--junit FILE] [--page FILE] [--votesim PATH]

It has no library clients: steps that only look are left out. A scenario that changes a cluster in a way that it does not have
is played up to there, and said to be played in part; where nothing but the start is left it is skipped, with the reason. --page FILE puts the results between the marks of a page of the docs.
Needs root and corosync-vqsim; without, it says so in one line and is no failure. Exit status 1 when a run differs, 2 when
scenarios cannot be read.
"""

import argparse
import collections
import os
import sys
import time

from harness import expanded, results as telling
from harness.live import cleanup, processes
from harness.live.cluster import Configuration
from harness.live.player import quorum_lines
from harness.support import ROOT, make

from . import ground

ONLY_LOOK = {"trackstart", "trackstop", "getinfo", "dispatch", "context_set", "context_get", "fd_get", "initialize", "finalize", "kill", "fault"}
PLAYED = {"start", "stop", "crash", "partition", "heal", "expect", "wait"}
CHANGES = PLAYED - {"expect", "wait"}
# What no command of it does.
MISSING = {
    "it has no quorum device that registers and polls": {"qdevice_register", "qdevice_unregister", "qdevice_update", "qdevice_poll",
                                                         "qdevice_master_wins"},
    "it reads its configuration once": {"reload"},
    "it has no library calls that change votes": {"setexpected", "setvotes"},
    "it has no pause, resume": {"pause", "resume"},
}
NODES_MAX = 16
CHANGES_MIN = 2  # a start and what comes of it
WAIT_MAX_S = 60
WAIT_MORE_S = 0.5  # its timers are the machine's


def why_not(run: dict) -> str | None:
    """Why corosync-vqsim cannot play this run, whichever its steps; None when it can begin."""
    configs = [node["config"] for node in run["cluster"]["nodes"] if node["config"]]
    if len(run["cluster"]["nodes"]) > NODES_MAX:
        return f"more than {NODES_MAX} nodes"
    if run["cluster"]["quirks_off"]:
        return "quirks are off"
    if run["network"]["loss_ppm"] or run["network"]["jitter_ns"]:
        return "moments, losses: it has no time"
    if any(config["quorum"] != configs[0]["quorum"] for config in configs) or not configs[0]["nodelist"]:
        return "one corosync.conf with a nodelist is all it reads"
    if any(node.get("stored_expected_votes") for node in run["cluster"]["nodes"]):
        return "expected_votes_tracking: it keeps nothing on a disk"
    if uneven(run) and not begins_whole(run):
        return "a node that comes up has the votes of the first"
    if any("refused" in step.get("expect", {}) for step in run["steps"]):
        return "it does not refuse a configuration"
    return None


def step_not(run: dict, number: int) -> str | None:
    """Why it cannot play this step of a run that it has played up to it; None when it can."""
    step, quorum = run["steps"][number], next(node["config"]["quorum"] for node in run["cluster"]["nodes"] if node["config"])
    verb = step["verb"]
    if verb not in PLAYED | ONLY_LOOK:
        return next((why for why, verbs in MISSING.items() if verb in verbs), f"it has no {verb}")
    if verb in PLAYED and ("at_ns" in step or "after_ns" in step or not step["settle"]):
        return "moments, losses: it has no time"
    if verb in ("stop", "crash") and len(step["nodes"]) > 1 and quorum.get("auto_tie_breaker"):
        return "auto_tie_breaker: nodes that go at once go one by one there, and the breaker changes on the way"
    if verb == "stop" and quorum.get("allow_downscale"):
        return "allow_downscale: it has no clean leave"
    if verb == "start" and number and uneven(run):
        return "a node that comes up has the votes of the first"
    if quorum.get("last_man_standing") and not window_is_clear(run, quorum, number):
        return "last_man_standing: whether its timer has run out depends on when totem noticed"
    if verb == "start" and quorum.get("wait_for_all", quorum.get("two_node")) and (number or not begins_whole(run)):
        return "a node that comes up does not wait for all"
    return None


def playable(run: dict) -> tuple[dict | None, str]:
    """The run up to the first step that it cannot play (or all of it), and why that cannot be played (or nothing). None and the
    reason when no change of the cluster would be left but its start."""
    why = why_not(run)
    if why:
        return None, why
    number = 0
    while number < len(run["steps"]) and not why:
        why = step_not(run, number)
        number += not why
    if why and sum(step["verb"] in CHANGES for step in run["steps"][:number]) < CHANGES_MIN:
        return None, why
    part = {**run, "steps": run["steps"][:number]}
    return (part, why or "") if waits_s(part) <= WAIT_MAX_S else (None, f"it waits for more than {WAIT_MAX_S} s")


def uneven(run: dict) -> bool:
    """Do its nodes have different votes?"""
    return len({listed["quorum_votes"] for node in run["cluster"]["nodes"] if node["config"] for listed in node["config"]["nodelist"]}) > 1


def window_is_clear(run: dict, quorum: dict, number: int) -> bool:
    """Does this step come when last_man_standing's timer has run out for sure, on either ground: a wait as long as the window before it,
    or nothing but the start? In the simulator a lost token takes time, here it does not."""
    if run["steps"][number]["verb"] not in CHANGES:
        return True
    window_ns = quorum.get("last_man_standing_window", 10000) * 1000000
    for step in reversed(run["steps"][:number]):
        if step["verb"] == "wait" and step["duration_ns"] >= window_ns:
            return True
        if step["verb"] in CHANGES:
            return step["verb"] == "start"
    return True


def waits_s(run: dict) -> float:
    """How long it waits in all where that counts: for last_man_standing."""
    timed = any(node["config"]["quorum"].get("last_man_standing") for node in run["cluster"]["nodes"] if node["config"])
    return sum(step["duration_ns"] for step in run["steps"] if step["verb"] == "wait") / 1e9 if timed else 0


def begins_whole(run: dict) -> bool:
    """Does it begin by starting all nodes?"""
    first = run["steps"][0]
    return first["verb"] == "start" and len(first["nodes"]) == len(run["cluster"]["nodes"])


def kept(run: dict) -> dict:
    """The run without what only looks, and with a tracker at every node that starts: what the simulator runs."""
    steps, clients, boots = [], [c for c in run["clients"]], collections.Counter()
    for step in run["steps"]:
        if step["verb"] in ONLY_LOOK:
            continue
        steps.append({**step, "played": True})
        for nodeid in step["nodes"] if step["verb"] == "start" else []:
            boots[nodeid] += 1
            name = f"vqsim-{nodeid}-{boots[nodeid]}"
            clients.append({"node": nodeid, "client": name, "dispatch": "auto", "callbacks": ["nodelist", "quorum", "expected_votes"],
                            "slow_ns": 0})
            steps.append({"verb": "trackstart", "settle": True, "node": nodeid, "client": name, "context": 0, "flags": 2})
    return {**run, "steps": steps, "clients": clients}


def simulated(program: str, run: dict, folder: str) -> list[dict[int, tuple]]:
    """By played step: node -> (quorate, members) at its end, of nodes that are up. Writes into `folder`."""
    path = os.path.join(folder, "run.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(expanded.scenario(run))
    trace = expanded.trace(program, path)
    known, states, at = {}, [], 0
    for number, step in enumerate(run["steps"]):
        while at < len(trace) and trace[at]["step"] <= number:
            line, at = trace[at], at + 1
            if line.get("event") == "node_down":
                known.pop(line["node"], None)
            elif line.get("callback") == "nodelist":
                known[line["node"]] = (known.get(line["node"], (None,))[0], sorted(line["members"]))
            elif line.get("callback") == "quorum":
                known[line["node"]] = (line["quorate"] == 1, known[line["node"]][1])
        if step.get("played"):
            states.append(None)
        states[-1] = dict(known)
    return states


def played(run: dict) -> list[dict[int, tuple]]:
    """The same of corosync-vqsim."""
    config = next(node["config"] for node in run["cluster"]["nodes"] if node["config"])
    configuration = Configuration([{"id": node["nodeid"], "votes": node["quorum_votes"]} for node in config["nodelist"]],
                                  quorum_lines(config["quorum"]))
    states = []
    with ground.Vqsim(configuration, begins_whole(run)) as vqsim:
        for step in run["steps"]:
            processes.check_ended()
            if not step.get("played"):
                continue
            for nodeid in step.get("nodes", []):
                if step["verb"] == "start" and nodeid not in vqsim.up:
                    vqsim.start(nodeid)
                elif step["verb"] in ("stop", "crash") and nodeid in vqsim.up:
                    vqsim.down(nodeid)
            if step["verb"] == "partition":
                vqsim.split(step["groups"])
            elif step["verb"] == "heal":
                vqsim.heal()
            elif step["verb"] == "wait" and waits_s(run):
                vqsim.wait(step["duration_ns"] / 1e9 + WAIT_MORE_S)
            states.append({node: (quorate, members) for node, (quorate, members, _) in vqsim.settle().items()})
    return states


def differences(program: str, run: dict) -> list[str]:
    """Where the two differ, a text for each step and node; empty when they do not. Raises VqsimError, ValueError,
    SystemExit after a signal."""
    run = kept(run)
    texts = []
    steps = [step for step in run["steps"] if step.get("played")]
    with processes.held():
        folder = processes.make_folder()
        try:
            states = zip(steps, simulated(program, run, folder), played(run))
        finally:
            processes.remove_folder(folder)
    for step, ours, theirs in states:
        for node in sorted(set(ours) | set(theirs)):
            if ours.get(node) != theirs.get(node):
                texts.append(f"line {step['line']} ({step['verb']}): node {node}: vqsim {theirs.get(node)}, simulator {ours.get(node)}")
    return texts


def compare_all(program: str, runs: list[dict], verbose: bool) -> list[dict]:
    """The result of each run (harness/results.py), said as it comes."""
    came = []
    progress = telling.Progress(len(runs))
    for run in runs:
        (part, why), begin = playable(run), time.monotonic()
        result = {"path": run["path"], "title": expanded.title(run), "verdict": "skipped", "why": why, "seconds": 0.0}
        if part:
            result["stopped"] = why
            try:
                texts = differences(program, part)
            except ground.VqsimError as error:
                texts = [str(error)]
            result.update(verdict="different" if texts else "same", why="\n".join(texts), seconds=time.monotonic() - begin)
        came.append(result)
        if result["verdict"] == "different" or (verbose and part):
            progress.clear()
            print(f"{result['verdict']:10} {result['path']}: {result['title']}", *result["why"].splitlines(), sep="\n    ", flush=True)
        progress.step(result["title"])
    progress.clear()
    return came


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=["scenarios"])
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("-v", "--verbose", action="store_true", help="name runs that are the same, too")
    parser.add_argument("--json")
    parser.add_argument("--junit")
    parser.add_argument("--page", help="a page of the docs with marks for results")
    parser.add_argument("--votesim", default=os.environ.get("VOTESIM"))
    options = parser.parse_args()
    reason = ground.why_unavailable()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    program = options.votesim or os.path.join(ROOT, "votesim")
    if not options.votesim:
        make("all")
    cleanup.clean()
    try:
        runs = [run for run in expanded.read(program, options.scenarios) if options.only in f"{run['path']} {expanded.title(run)}"]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    found = telling.versions(program, **{"corosync-vqsim": ground.version()})
    came = compare_all(program, runs, options.verbose)
    return telling.tell_all(options, "vqsim", came, found)


if __name__ == "__main__":
    processes.end_in_order()
    sys.exit(main())
