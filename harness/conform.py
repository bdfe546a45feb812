"""Does the simulator say what real daemons say? Plays scenarios on real corosync daemons and compares, client by client.

usage: python3 -m harness.conform [SCENARIO…] [-k NAME] [-j CLUSTERS] [-v] [--corosync PATH] [--speed N] [--token MS]
                                  [--variants N] [--seconds N] [--json FILE] [--junit FILE] [--votesim PATH]

SCENARIO defaults to scenarios/. A run of a scenario is

same       the simulator's plain run gives every callback, reply and refusal that the daemons gave
explained  another interleaving gives them: `votesim explain`, told when each step began here
settled    neither was found within --seconds, but whenever the cluster had settled every client had been told the same:
           only rings on the way differ (large clusters that merge)
different  none of these
skipped    daemons cannot play it; the reason is shown

The daemons' clocks run up to --speed (5) times faster than the wall's (libfaketime), as long as a token keeps 600 ms of
the wall's. Where there is no libfaketime, or with --speed 1, scenarios that leave totem's times at their defaults and
name no moments are played, and simulated, with a token of --token (600) milliseconds; 0 leaves all as they are.
--variants N plays the first N runs of each matrix only. Evidence of what differs lies in build/conform/. Needs root
and corosync; where clusters cannot run it says so in one line and is no failure.
Exit status: 0; 1 when a run is different; 2 when scenarios cannot be read, or there is no such daemon.
"""

import argparse
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from xml.sax.saxutils import quoteattr

from . import expanded
from . import truth_to_scenario as truth
from .live import cleanup, player, processes
from .live.pool import Pool
from .support import BUILD, ROOT, make

FOLDER = os.path.join(BUILD, "conform")
DEFAULT_TOKEN_MS = 3000
TOKEN_WALL_MS = 600
TOKEN_MIN_MS = 150  # corosync takes none much shorter
ORDER = ["same", "explained", "settled", "different", "skipped"]


def options_of(arguments: list[str]) -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", default=["scenarios"])
    parser.add_argument("-k", "--only", default="", help="a part of the names of those to play")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="clusters at a time")
    parser.add_argument("--corosync", default="corosync", help="another build of the daemon")
    parser.add_argument("--speed", type=float, default=5 if os.path.exists(player.FAKETIME) else 1)
    parser.add_argument("--token", type=int, default=600)
    parser.add_argument("--variants", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30, help="for each search of an interleaving")
    parser.add_argument("-v", "--verbose", action="store_true", help="name runs that are the same, too")
    parser.add_argument("--json")
    parser.add_argument("--junit")
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
    dispatches by itself says that its daemon is gone at a time of its own."""
    manual = {(client["node"], client["client"]) for client in run["clients"] if client["dispatch"] == "manual"}
    kept = []
    for line in lines:
        if "event" in line or (line.get("reply") == "dispatch" and (line["node"], line["client"]) not in manual):
            continue
        line = {key: value for key, value in line.items() if key != "t"}
        if "client" in line:
            line["client"] = f"{line['client']}@{line['node']}"
        kept.append(line)
    return kept


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


def explain(program: str, path: str, recording: str, seconds: float) -> str | None:
    """What `votesim explain` finds; None when nothing in that time."""
    try:
        done = subprocess.run([program, "explain", path, "--recording", recording], cwd=ROOT, capture_output=True, text=True,
                              timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode not in (0, 1):
        raise ValueError(done.stderr.strip())
    return done.stdout.strip() if done.returncode == 0 else None


def judge(program: str, run: dict, played: dict, seconds: float) -> tuple[str, str]:
    """(one of ORDER, why)."""
    os.makedirs(FOLDER, exist_ok=True)
    name = os.path.join(FOLDER, re.sub(r"[^A-Za-z0-9=.,-]+", "_", f"{os.path.basename(run['path'])} {expanded.title(run)}")[:180])
    scenarios = {"plain": expanded.scenario(run), "timed": expanded.scenario(run, played["began"])}
    for kind, text in scenarios.items():
        with open(f"{name}.{kind}.yaml", "w", encoding="utf-8") as file:
            file.write(text)
    with open(name + ".played", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in played["lines"])
    tried = {kind: expanded.trace(program, f"{name}.{kind}.yaml") for kind in scenarios}
    texts = {kind: differences(run, played["lines"], trace) for kind, trace in tried.items()}
    died = {event["node"] for event in played["died"]}
    verdict, why = "different", "\n".join(texts["plain"])
    if died != aborted(tried["plain"]):
        why = f"daemons ended by themselves: {played['died']}\n{why}"
    elif not texts["plain"] or not texts["timed"]:
        verdict, why = "same", ""
    else:
        for kind in ("timed", "plain"):
            found = explain(program, f"{name}.{kind}.yaml", name + ".played", seconds)
            if found and not refusals(why):
                verdict, why = "explained", found
                break
        else:
            if any(rests(run, trace) == rests(run, played["lines"]) for trace in tried.values()):
                verdict = "settled"
    if played["complaints"]:
        why = f"{why}\n{json.dumps(played['complaints'])}".strip()
    if verdict != "different":
        for kind in scenarios:
            os.unlink(f"{name}.{kind}.yaml")
        os.unlink(name + ".played")
    return verdict, why


def refusals(text: str) -> bool:
    """Does a difference concern what explain does not look at: refusals, and what dispatch and initialize answer?"""
    return bool(re.search(r"^(node \d+(, refused| is refused))|\"reply\": \"(dispatch|initialize)\"", text, re.MULTILINE))


# ---- telling -----------------------------------------------------------------------

def versions(options, program: str) -> dict[str, str]:
    """What was compared with what."""
    def first_line(*command):
        try:
            return (subprocess.run(command, capture_output=True, text=True).stdout.splitlines() or ["unknown"])[0]
        except OSError as error:
            return str(error)
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"corosync": first_line(options.corosync, "-v"), "votesim": commit or first_line(program, "--version"),
            "kernel": os.uname().release, "date": time.strftime("%Y-%m-%d")}


class Progress:
    """One line on a terminal: how many are done and how long the rest may take."""

    def __init__(self, count: int):
        self.count, self.done, self.begin, self.shown = count, 0, time.monotonic(), sys.stderr.isatty()

    def step(self, name: str) -> None:
        """One more is done."""
        self.done += 1
        if self.shown:
            left = (time.monotonic() - self.begin) / self.done * (self.count - self.done)
            sys.stderr.write(f"\r\033[K{self.done} of {self.count}, about {left // 60:.0f} min {left % 60:.0f} s left: {name[:60]}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Make room for other words."""
        if self.shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def write_junit(path: str, results: list[dict], found: dict) -> None:
    """The verdicts for a CI server."""
    def case(result):
        name = f"<testcase classname={quoteattr(result['path'])} name={quoteattr(result['title'])} time=\"{result['seconds']:.2f}\""
        if result["verdict"] == "skipped":
            return f"{name}><skipped message={quoteattr(result['why'])}/></testcase>"
        if result["verdict"] == "different":
            return f"{name}><failure message={quoteattr(result['why'])}/></testcase>"
        return name + "/>"
    verdicts = [result["verdict"] for result in results]
    with open(path, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n'
                   f'<testsuites><testsuite name="conform" tests="{len(results)}" failures="{verdicts.count("different")}" '
                   f'skipped="{verdicts.count("skipped")}"><properties>')
        file.writelines(f"<property name={quoteattr(key)} value={quoteattr(value)}/>" for key, value in found.items())
        file.write("</properties>\n" + "\n".join(map(case, results)) + "\n</testsuite></testsuites>\n")


def table(results: list[dict]) -> str:
    """Verdicts by theme."""
    themes = collections.defaultdict(collections.Counter)
    for result in results:
        themes[os.path.dirname(os.path.relpath(result["path"], "scenarios"))][result["verdict"]] += 1
    rows = [["theme", *ORDER]] + [[theme, *(str(counts[kind]) for kind in ORDER)] for theme, counts in sorted(themes.items())]
    rows.append(["all", *(str(sum(counts[kind] for counts in themes.values())) for kind in ORDER)])
    return "\n".join(f"{row[0]:14}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)


def play_all(runs: list[dict], program: str, options) -> list[dict]:
    """The result of each run, said as it comes."""
    results, tasks = [], []
    for run in runs:
        why = player.why_not(run)
        result = {"path": run["path"], "title": expanded.title(run), "verdict": "skipped", "why": why or "", "seconds": 0.0,
                  "token_ms": run["totem"]["token_ms"]}
        results.append(result)
        if not why:
            tasks.append((run, result))
    progress = Progress(len(tasks))
    pool = Pool(options.jobs, "harness.live.player")
    try:
        work = [{"scenario": run, "program": options.corosync, "speed": speed_of(run, options.speed)} for run, _ in tasks]
        for number, played in pool.as_ended(work):
            run, result = tasks[number]
            if played is None:
                result.update(verdict="different", why="the cluster could not be run")
            else:
                verdict, why = judge(program, run, played, options.seconds)
                result.update(verdict=verdict, why=why, seconds=played["began"][-1] / 1e9 if played["began"] else 0.0)
            progress.clear()
            if result["verdict"] != "same" or options.verbose:
                print(f"{result['verdict']:10} {run['path']}: {result['title']}", *result["why"].splitlines(), sep="\n    ", flush=True)
            progress.step(result["title"])
        progress.clear()
    finally:
        pool.close()
    return results


def main(arguments: list[str] | None = None) -> int:
    options = options_of(sys.argv[1:] if arguments is None else arguments)
    reason = processes.why_unavailable()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    if not shutil.which(options.corosync):
        print(f"conform: {options.corosync}: no such program", file=sys.stderr)
        return 2
    program = os.path.abspath(options.votesim) if options.votesim else os.path.join(ROOT, "votesim")
    if not options.votesim:
        make("all")
    cleanup.clean()
    os.makedirs(FOLDER, exist_ok=True)
    try:
        runs = chosen(expanded.read(program, options.scenarios), options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    found = versions(options, program)
    results = play_all(runs, program, options)
    for why, count in collections.Counter(r["why"] for r in results if r["verdict"] == "skipped").items():
        print(f"skipped    {count} runs: {why}")
    print(", ".join(f"{key} {value}" for key, value in found.items()))
    print(table(results))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump({"versions": found, "results": results}, file, indent=1)
    if options.junit:
        write_junit(options.junit, results, found)
    return 1 if any(result["verdict"] == "different" for result in results) else 0


if __name__ == "__main__":
    # Ended by a signal, it still takes its clusters down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
