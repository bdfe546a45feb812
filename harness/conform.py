"""Does the simulator say what real daemons say? Plays scenarios on real corosync daemons and compares, client by client.

usage: python3 -m harness.conform [SCENARIO…] [-k NAME] [-j CLUSTERS] [-v] [--corosync PATH] [--speed N] [--token MS]
                                  [--variants N] [--seconds N] [--json FILE] [--junit FILE] [--page FILE] [--votesim PATH]

SCENARIO defaults to scenarios/. A run of a scenario is

same       the simulator's plain run gives every callback, reply and refusal that the daemons gave
explained  another interleaving gives them: `votesim explain`, told when each step began or was done here, or sides that
           find each other sooner than totem's merge timeout
settled    neither was found within --seconds, but whenever the cluster had settled every client had been told the same:
           only rings on the way differ (large clusters that merge)
different  none of these
skipped    daemons cannot play it; the reason is shown

What is settled or different is played once more, with clocks as fast as the wall's and half as many clusters at a time: the second
verdict counts, and both are told.

The daemons' clocks run up to --speed (5) times faster than the wall's (libfaketime), as long as a token keeps 600 ms of
the wall's. Where there is no libfaketime, or with --speed 1, scenarios that leave totem's times at their defaults and
name no moments are played, and simulated, with a token of --token (600) milliseconds; 0 leaves all as they are.
--variants N plays the first N runs of each matrix only. --page FILE puts the results between the marks of a page of the docs.
--corosync PATH is another build: the daemon; its libraries and tools are taken from beside it, as in an unpacked package.
Evidence of what differs lies in build/conform/. Needs root and corosync; where clusters cannot run it says so in one line
and is no failure. Exit status: 0; 1 when a run is different; 2 when scenarios cannot be read, or there is no such daemon.
"""

import argparse
import collections
import json
import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from . import expanded, results as telling
from . import truth_to_scenario as truth
from .live import cleanup, player, processes
from .live.cluster import Build
from .live.pool import SIGNAL_CHECK_S, Pool
from .support import BUILD, ROOT, make

FOLDER = os.path.join(BUILD, "conform")
DEFAULT_TOKEN_MS = 3000
TOKEN_WALL_MS = 600
TOKEN_MIN_MS = 150  # corosync takes none much shorter
MANY_NODES = 9      # so many daemons get the machine for themselves
MERGES_MS = [5, 50, 100, 150, 300]
# How long an idle ring's token rests between two rounds (corosync.conf(5), hold); up to a fifth of its timeout was seen.
EARLIER_MS = [2, 5, 10, 15, 20, 30, 50, 80, 120, 200, 300, 400, 500, 600, 700]
NICE = -10          # of players and clients; daemons are real-time processes


def options_of(arguments: list[str]) -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=["scenarios"])
    parser.add_argument("-k", "--only", default="", help="a part of the names of those to play")
    parser.add_argument("-j", "--jobs", type=int, default=2 * (os.cpu_count() or 1), help="clusters at a time")
    parser.add_argument("--corosync", default="corosync", help="another build of the daemon")
    parser.add_argument("--speed", type=float, default=5 if os.path.exists(player.FAKETIME) else 1)
    parser.add_argument("--token", type=int, default=600)
    parser.add_argument("--variants", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30, help="for each search of an interleaving")
    parser.add_argument("-v", "--verbose", action="store_true", help="name runs that are the same, too")
    parser.add_argument("--json")
    parser.add_argument("--junit")
    parser.add_argument("--page", help="a page of the docs with marks for results")
    parser.add_argument("--votesim", default=os.environ.get("VOTESIM"), help="another build of the simulator")
    return parser.parse_args(arguments)


def chosen(runs: list[dict], options) -> list[dict]:
    """The runs to play, with the times to play them with."""
    count, kept = collections.Counter(), []
    for run in runs:
        key = run["path"], run["scenario"]
        count[key] += 1
        if options.only not in f"{run['path']} {expanded.title(run)}" or 0 < options.variants < count[key]:
            continue
        if options.token and options.speed == 1 and run["totem"]["token_ms"] == DEFAULT_TOKEN_MS and not expanded.timed(run):
            run["totem"]["token_ms"] = options.token
        run["totem"]["token_ms"] = max(run["totem"]["token_ms"], TOKEN_MIN_MS)
        kept.append(run)
    return kept


# ---- comparing ---------------------------------------------------------------------

def comparable(run: dict, lines: list[dict]) -> list[dict]:
    """What is compared: clients by node and name; of dispatching only what a client does that was told to. A client that
    dispatches by itself says that its daemon is gone at a time of its own. Of rings that are formed again and again, with a
    direction cut, the first."""
    manual = {(client["node"], client["client"]) for client in run["clients"] if client["dispatch"] == "manual"}
    kept = []
    for line in lines:
        if "event" in line or (line.get("reply") == "dispatch" and (line["node"], line["client"]) not in manual):
            continue
        line = {key: value for key, value in line.items() if key != "t"}
        if "client" in line:
            line["client"] = f"{line['client']}@{line['node']}"
        kept.append(line)
    return without_again(kept) if any(map(player.cuts_of, run["steps"])) else kept


def without_again(lines: list[dict]) -> list[dict]:
    """The lines without each nodelist and the quorum notification behind it that say what the two before them said, but for the ring."""
    told, began, dropped = {}, {}, set()
    for number, line in enumerate(lines):
        client, said = line.get("client"), {key: value for key, value in line.items() if key not in ("ring", "step")}
        if line.get("callback") == "nodelist":
            began[client] = number, said
            continue
        first, nodelist = began.pop(client, (None, None))
        pair = (nodelist, said) if line.get("callback") == "quorum" and nodelist else None
        if pair and pair == told.get(client):
            dropped |= {first, number}
        told[client] = pair
    return [line for number, line in enumerate(lines) if number not in dropped]


def differences(run: dict, played: list[dict], simulated: list[dict]) -> list[str]:
    """Where the two differ, at most one text for each client and node; empty when they do not."""
    played, simulated = comparable(run, played), comparable(run, simulated)
    texts = truth.differences(truth.Conversion("", ""), played, simulated)
    refused = [{line["node"]: line["refused"] for line in lines if "refused" in line} for lines in (played, simulated)]
    for node in sorted(refused[0].keys() & refused[1].keys()):
        if refused[0][node] != refused[1][node]:
            texts.append(f"node {node} is refused\n  recorded: {refused[0][node]}\n  traced:   {refused[1][node]}")
    return texts


def speed_of(run: dict, fastest: float) -> float:
    """How much faster than the wall its clocks may run without the machine's own delays looking like lost tokens."""
    return min(fastest, max(1.0, run["totem"]["token_ms"] / TOKEN_WALL_MS))


def rests(run: dict, lines: list[dict]) -> dict:
    """What each client knew at the end of each step in which it was told something, and all that it was answered."""
    known = {}
    for line in comparable(run, lines):
        kind = line.get("callback", "reply")
        key = line.get("client", line["node"]), kind, "" if kind == "reply" else line["step"]
        said = {key: value for key, value in line.items() if key not in ("ring", "step")}
        known[key] = [*known.get(key, []), said] if kind == "reply" else said
    return known


def aborted(trace: list[dict]) -> set[int]:
    """Nodes whose daemon the simulator has end by itself."""
    down_abort = 3
    return {line["node"] for line in trace if line.get("event") == "node_down" and line["value"] == down_abort}


class Searches:
    """The searches for interleavings that are under way."""

    def __init__(self):
        self.running = set()
        self.over = threading.Event()

    def explain(self, program: str, path: str, recording: str, seconds: float) -> str | None:
        """What `votesim explain` finds; None when nothing in that time. Raises ValueError when it cannot read them."""
        if self.over.is_set():
            return None
        # Players and clients go first.
        search = processes.spawn(["nice", "-n", "19", program, "explain", path, "--recording", recording], cwd=ROOT,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.running.add(search)
        try:
            out, error = search.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.running.discard(search)
            processes.kill(search)
        if search.returncode not in (0, 1, -signal.SIGKILL):
            raise ValueError(error.strip())
        return out.strip() if search.returncode == 0 else None

    def end(self) -> None:
        """Kill those under way; no more are begun."""
        self.over.set()
        for search in list(self.running):
            search.kill()


def candidates(run: dict, played: dict) -> dict[str, tuple[str, str]]:
    """Scenarios that may give what was played: by kind, (the scenario, what is special about it)."""
    acted = [began if step["verb"] == "wait" else done for step, began, done in zip(run["steps"], played["began"], played["done"])]
    found = {"plain": (expanded.scenario(run), ""), "timed": (expanded.scenario(run, played["began"]), ""),
             "acted": (expanded.scenario(run, acted), "")}
    if expanded.timed(run):
        found.update(other_timers(run, played["began"]))
    return found


def other_timers(run: dict, began: list[int]) -> dict[str, tuple[str, str]]:
    """Candidates in which totem's timers run out sooner or later than in the simulator, which has them begin with the fault."""
    found, totem = {}, run["totem"]
    if any(step["verb"] == "heal" for step in run["steps"]):
        for merge_ms in MERGES_MS:
            note = f"sides that can hear each other find out after {merge_ms} ms, totem's merge timeout is {totem['merge_ms']} ms"
            found[f"merge{merge_ms}"] = (expanded.scenario({**run, "totem": {**totem, "merge_ms": merge_ms}}, began), note)
    nodes = max(len(node["config"]["nodelist"]) for node in run["cluster"]["nodes"] if node["config"])
    token_ms = totem["token_ms"] + max(0, nodes - 2) * totem["token_coefficient_ms"]
    for earlier_ms in EARLIER_MS:
        if earlier_ms * 4 <= totem["token_ms"]:
            timers = {**totem, "token_ms": totem["token_ms"] - earlier_ms, "consensus_ms": totem["consensus_ms"] or token_ms * 6 // 5}
            found[f"token{earlier_ms}"] = (expanded.scenario({**run, "totem": timers}, began),
                                           f"the token's timer had run for {earlier_ms} ms of {token_ms} ms when it was lost")
    return found


def judge(program: str, run: dict, played: dict, seconds: float, searches: Searches | None = None) -> tuple[str, str]:
    """(one of results.ORDER, why). Evidence of what is different stays in FOLDER."""
    searches = searches or Searches()
    os.makedirs(FOLDER, exist_ok=True)
    name = os.path.join(FOLDER, re.sub(r"[^A-Za-z0-9=.,-]+", "_", f"{os.path.basename(run['path'])} {expanded.title(run)}")[:180])
    scenarios = candidates(run, played)
    for kind, (text, _) in scenarios.items():
        with open(f"{name}.{kind}.yaml", "w", encoding="utf-8") as file:
            file.write(text)
    with open(name + ".played", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in played["lines"])
    verdict, why = compared(program, run, played, {kind: (f"{name}.{kind}.yaml", note) for kind, (_, note) in scenarios.items()},
                            lambda path, seconds: searches.explain(program, path, name + ".played", seconds), seconds)
    if played["complaints"]:
        why = f"{why}\n{json.dumps(played['complaints'])}".strip()
    if verdict not in ("different", "settled"):
        for kind in scenarios:
            os.unlink(f"{name}.{kind}.yaml")
        os.unlink(name + ".played")
    return verdict, why


def compared(program: str, run: dict, played: dict, scenarios: dict[str, tuple[str, str]], explain, seconds: float) -> tuple[str, str]:
    """The same; `scenarios`: by kind, (its file, what is special about it). `explain`: a file and seconds to what was found, or None."""
    traces = {}
    for kind, (path, _) in scenarios.items():
        try:
            traces[kind] = expanded.trace(program, path)
        except ValueError:
            if kind == "plain":
                raise  # The others may ask for moments that are over when the steps before are.
    scenarios = {kind: scenarios[kind] for kind in traces}
    texts = {kind: differences(run, played["lines"], trace) for kind, trace in traces.items()}
    why = "\n".join(texts["plain"])
    if {event["node"] for event in played["died"]} != aborted(traces["plain"]):
        return "different", f"daemons ended by themselves: {played['died']}\n{why}"
    for kind, (_, note) in scenarios.items():
        if not texts[kind]:
            return ("explained", f"explained:\n  {note}") if note else ("same", "")
    if not refusals(why):
        for kind, (path, note) in scenarios.items():
            found = None if kind.startswith("token") else explain(path, seconds / 4 if note else seconds)
            if found:
                return "explained", f"{found}\n  {note}".strip()
    if any(rests(run, trace) == rests(run, played["lines"]) for trace in traces.values()):
        return "settled", why
    return "different", why


def refusals(text: str) -> bool:
    """Does a difference concern what explain does not look at: refusals, and what dispatch and initialize answer?"""
    return bool(re.search(r"^(node \d+(, refused| is refused))|\"reply\": \"(dispatch|initialize)\"", text, re.MULTILINE))


# ---- playing ---------------------------------------------------------------------

def play_some(tasks: list[tuple[dict, dict]], program: str, options, speed: float, jobs: int):
    """Plays each (run, result) and yields (result, verdict, why, what was played or None) as they are judged."""
    judges, searches, build = ThreadPoolExecutor(os.cpu_count() or 1), Searches(), Build(options.corosync)
    waiting: dict[Future, tuple] = {}

    def judged(futures):
        for future in futures:
            result, played = waiting.pop(future)
            yield (result, *future.result(), played)
    with Pool(jobs, "harness.live.player") as pool:
        try:
            work = [{"scenario": run, "build": build.path, "speed": speed_of(run, speed)} for run, _ in tasks]
            for number, played in pool.as_ended(work):
                run, result = tasks[number]
                if played is None:
                    yield result, "different", "the cluster could not be run", None
                else:
                    waiting[judges.submit(judge, program, run, played, options.seconds, searches)] = (result, played)
                yield from judged([future for future in waiting if future.done()])
            while waiting:
                processes.check_ended()
                yield from judged(wait(waiting, SIGNAL_CHECK_S, FIRST_COMPLETED).done)
        finally:
            searches.end()
            judges.shutdown(cancel_futures=True)


def tell(result: dict, progress: telling.Progress, verbose: bool) -> None:
    """Say what came of one run."""
    progress.clear()
    if result["verdict"] != "same" or "first" in result or verbose:
        first = [f"at first {result['first']['verdict']}, the machine up to {result['first']['late_ms']} ms late"] if "first" in result else []
        print(f"{result['verdict']:10} {result['path']}: {result['title']}", *first, *result["why"].splitlines(), sep="\n    ", flush=True)
    progress.step(result["title"])


def play_all(runs: list[dict], program: str, options) -> list[dict]:
    """The result of each run, said as it comes."""
    found, tasks = [], []
    for run in runs:
        why = player.why_not(run)
        result = {"path": run["path"], "title": expanded.title(run), "verdict": "skipped", "why": why or "", "seconds": 0.0,
                  "token_ms": run["totem"]["token_ms"]}
        found.append(result)
        if not why:
            tasks.append((run, result))
    progress = telling.Progress(len(tasks))
    big = [task for task in tasks if len(task[0]["cluster"]["nodes"]) >= MANY_NODES]
    small = [task for task in tasks if task not in big]
    again = []
    for some, speed, jobs in ((small, options.speed, options.jobs), (big, options.speed, 1), (again, 1, max(1, options.jobs // 2))):
        for result, verdict, why, played in play_some(some, program, options, speed, jobs):
            if some is not again and verdict in ("different", "settled"):
                result["first"] = {"verdict": verdict, "why": why, "late_ms": played["late_ms"] if played else 0}
                again.append(next(task for task in some if task[1] is result))
                continue
            result.update(verdict=verdict, why=why, late_ms=played["late_ms"] if played else 0, seconds=played["began"][-1] / 1e9 if played and played["began"] else 0.0)
            tell(result, progress, options.verbose)
    progress.clear()
    return found


def prepare(options) -> str:
    """The simulator to compare with; what is in the way of a run is put away."""
    program = os.path.abspath(options.votesim) if options.votesim else os.path.join(ROOT, "votesim")
    if not options.votesim:
        make("all")
    cleanup.clean()
    try:
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    except PermissionError:
        pass  # A container may not: then lateness is told all the same.
    return program


def main(arguments: list[str] | None = None) -> int:
    options = options_of(sys.argv[1:] if arguments is None else arguments)
    reason = processes.why_unavailable()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    build = Build(options.corosync)
    if not build.exists():
        print(f"conform: {options.corosync}: no such program", file=sys.stderr)
        return 2
    program = prepare(options)
    try:
        runs = chosen(expanded.read(program, options.scenarios), options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    found = telling.versions(program, corosync=build.version())
    came = play_all(runs, program, options)
    return telling.tell_all(options, "conform", came, found)


if __name__ == "__main__":
    processes.end_in_order()
    sys.exit(main())
