"""Scenarios that nobody wrote, on real daemons and in the simulator.

usage: python3 -m harness.wild --output FOLDER [--seed N] [--from N] [--count N] [--nodes MIN-MAX] [-j CLUSTERS]
                               [--seconds N] [--votesim PATH] [-v]
       python3 -m harness.wild --draw [--seed N] [--from N] [--count N] [--nodes MIN-MAX]
       python3 -m harness.wild --judge RECORDINGS.jsonl… --output FOLDER [--seconds N]
       python3 -m harness.wild --shrink RECORDINGS.jsonl [-k NAME] --output FOLDER [-j CLUSTERS]

Draws cases (harness/truth/README.md), the same for the same seed and numbers, plays each on a cluster of real daemons and
compares what every client saw, the recorder's own tracker on every node too, with the simulator:

same       its plain run gives every callback and reply
explained  `votesim explain` finds an interleaving that does, within --seconds (20)
settled    none was found, but at the end of each step every client had been told the same, and every reply is the same
different  none of these
skipped    no scenario says it, or the cluster could not be run

What is settled or different is played once more; the better verdict counts, and both are told. FOLDER/VERDICT.jsonl keeps
every recording, in the form that harness/truth takes, FOLDER/scenarios/ the scenario of each. --draw prints the cases alone,
--judge compares recordings anew, --shrink leaves out steps of a case as long as it stays different, on real daemons.
Exit status: 0, 1 when a case was different, 2 for bad usage. Where clusters cannot run it says so in one line and is no failure.
"""

import argparse
import collections
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor

from harness import truth_to_scenario as truth
from harness.live import cleanup, processes
from harness.live.pool import Pool
from harness.support import ROOT, make

from . import draw, judge, shrink

WORKER = "harness.wild.play"


def options_of(arguments: list[str]) -> argparse.Namespace:
    """The command line's."""
    parser = argparse.ArgumentParser(prog="harness.wild", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--nodes", default="1-6")
    parser.add_argument("-j", "--jobs", type=int, default=2 * (os.cpu_count() or 1), help="clusters at a time")
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("--seconds", type=float, default=20, help="for each search of an interleaving")
    parser.add_argument("--output")
    parser.add_argument("--draw", action="store_true")
    parser.add_argument("--judge", nargs="+", metavar="RECORDINGS")
    parser.add_argument("--shrink", metavar="RECORDINGS")
    parser.add_argument("--votesim", default=os.environ.get("VOTESIM"))
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args(arguments)
    span = re.fullmatch(r"([1-6])(?:-([1-6]))?", options.nodes)
    if not span or int(span[2] or span[1]) < int(span[1]):
        parser.error(f"--nodes: expected a number from 1 to 6, or two as in 2-5, found '{options.nodes}'")
    if not options.draw and not options.output:
        parser.error("--output: expected a folder")
    options.span = int(span[1]), int(span[2] or span[1])
    return options


def cases(options) -> list[dict]:
    """Those of the command line."""
    return [draw.case(options.seed, number, *options.span) for number in range(options.first, options.first + options.count)]


class Results:
    """What came of each case: told as it comes, kept in the folder."""

    def __init__(self, folder: str, verbose: bool):
        self.folder, self.verbose, self.count = folder, verbose, collections.Counter()

    def keep(self, name: str, verdict: str, why: str, recording: dict | None, first: str = "") -> None:
        """The last word on a case."""
        self.count[verdict] += 1
        if recording:
            with open(os.path.join(self.folder, verdict + ".jsonl"), "a", encoding="utf-8") as file:
                file.write(json.dumps(recording, separators=(",", ":")) + "\n")
        if self.verbose or verdict != "same":
            late = f", the machine up to {recording['late_ms']} ms late" if recording and "late_ms" in recording else ""
            print(f"{verdict:10} {name}{first}{late}", *why.splitlines()[:12], sep="\n    ", flush=True)

    def keep_aside(self, name: str, verdict: str, why: str, recording: dict) -> None:
        """A play of a case that another play of it was better than."""
        with open(os.path.join(self.folder, verdict + "-once.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(recording, separators=(",", ":")) + "\n")
        print(f"{verdict} once {name}", *why.splitlines()[:6], sep="\n    ", flush=True)

    def table(self) -> str:
        """How many of each."""
        return ", ".join(f"{self.count[verdict]} {verdict}" for verdict in judge.ORDER)


def play_all(todo: list[dict], program: str, options, results: Results) -> None:
    """Play, judge, play again what is not given."""
    scenarios = os.path.join(options.output, "scenarios")
    again, first = [], {}
    for round_number, some in enumerate((todo, again)):
        with Pool(options.jobs if round_number == 0 else max(1, options.jobs // 2), WORKER) as pool, ThreadPoolExecutor(2) as judges:
            waiting = []
            for number, recording in pool.as_ended([{"case": case} for case in some]):
                waiting.append((some[number], recording, judges.submit(judge.judge, recording, program, scenarios, options.seconds)
                                if recording else None))
                done = [entry for entry in waiting if entry[2] is None or entry[2].done()]
                waiting = [entry for entry in waiting if entry not in done]
                finish(done, again if round_number == 0 else None, first, results)
            finish(waiting, again if round_number == 0 else None, first, results)


def finish(done: list[tuple], again: list | None, first: dict, results: Results) -> None:
    """Take in what has been judged; `again`: where to put what is to be played once more."""
    for case, recording, future in done:
        name = case["name"]
        verdict, why = future.result() if future else ("skipped", "the cluster could not be run")
        if again is not None and verdict in ("settled", "different"):
            first[name] = verdict, why, recording
            again.append(case)
            continue
        note = ""
        if name in first:
            note = f" (at first {first[name][0]})"
            if judge.ORDER.index(first[name][0]) < judge.ORDER.index(verdict):
                verdict, why, recording = first[name]
            elif first[name][0] != verdict:  # what was not given is worth a look
                results.keep_aside(name, *first[name])
        results.keep(name, verdict, why, recording, note)


def judge_again(options, program: str, results: Results) -> None:
    """Compare recordings that were made before."""
    recordings = [recording for path in options.judge for recording in truth.read(path) if options.only in recording["case"]["name"]]
    scenarios = os.path.join(options.output, "scenarios")
    with ThreadPoolExecutor(options.jobs) as judges:
        for recording, (verdict, why) in zip(recordings, judges.map(lambda one: judge.judge(one, program, scenarios, options.seconds), recordings)):
            results.keep(recording["case"]["name"], verdict, why, recording)


def main(arguments: list[str]) -> int:
    options = options_of(arguments)
    if options.draw:
        for case in cases(options):
            print(json.dumps(case, separators=(",", ":")))
        return 0
    reason = None if options.judge else processes.why_unavailable()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    program = os.path.abspath(options.votesim) if options.votesim else os.path.join(ROOT, "votesim")
    if not options.votesim:
        make("all")
    os.makedirs(os.path.join(options.output, "scenarios"), exist_ok=True)
    results = Results(options.output, options.verbose)
    if options.judge:
        judge_again(options, program, results)
    elif options.shrink:
        return shrink.main(options, program, WORKER)
    else:
        cleanup.clean()
        play_all(cases(options), program, options, results)
    print(results.table())
    return 1 if results.count["different"] else 0


if __name__ == "__main__":
    processes.end_in_order()
    sys.exit(main(sys.argv[1:]))
