"""Which recordings the simulator gives, and how: harness/truth_status.txt, against which `make test` holds every change.

usage: python3 -m harness.truth_status [--update] [-k NAME] [--seconds N]
       python3 -m harness.truth_status --new FILE.jsonl… [-k NAME] [--seconds N]     (what `make truth` has recorded anew)

exact      the plain run gives it
explained  `votesim explain` finds an interleaving that gives it
open       none was found within the time: a difference to understand, or a search too large
refused    the daemon does not start with its file, and the reader refuses it, for the same value of the same key
unsayable  the scenario language cannot say it

--update writes the file anew; without it the differences to the file are told.
--new: of each case whose new recording is none of the kept ones, what it is; exit status 1 when one is open, a step did not settle that
always did, or a case has no new recording. Kept recordings stay as they are: another interleaving is no reason to change one.
"""

import argparse
import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys

from . import truth_to_scenario as truth
from .live import compare
from .support import ROOT, make, votesim

KEPT = os.path.join(ROOT, "harness", "truth", "*.jsonl")
FILE = os.path.join(ROOT, "harness", "truth_status.txt")
FOLDER = os.path.join(ROOT, "build", "truth")
ORDER = ["unsayable", "open", "refused", "explained", "exact"]


def recordings() -> dict[str, dict]:
    """Every recording of harness/truth by its name; other outcomes of the same case are NAME.2, NAME.3, ... and say so themselves."""
    named: dict[str, dict] = {}
    for path in sorted(glob.glob(KEPT)):
        for recording in truth.read(path):
            name, number = recording["case"]["name"], 2
            while recording["case"]["name"] in named:
                recording["case"]["name"] = f"{name}.{number}"
                number += 1
            named[recording["case"]["name"]] = recording
    return named


def listed() -> dict[str, str]:
    """What the file says, by name."""
    if not os.path.exists(FILE):
        return {}
    with open(FILE, encoding="utf-8") as file:
        return {name: status for status, name in (line.split() for line in file if line.strip() and line[0] != "#")}


def plain_differences(recording: dict, program: str) -> list[str] | None:
    """Where the plain run differs from the recording; None when no scenario says it."""
    try:
        conversion = truth.write(recording, FOLDER)
    except truth.ConversionError:
        return None
    run = votesim(program, "run", "-q", "--trace-all", "--trace", "-", os.path.join(FOLDER, conversion.name + ".yaml"))
    if run.returncode == 2:
        return None
    assert run.returncode in (0, 1), f"{conversion.name}: exit status {run.returncode}: {run.stderr}"
    return truth.differences(conversion, truth.from_recording(conversion, recording["events"]), truth.from_trace(conversion, run.stdout)) + \
        truth.stored_differences(conversion, recording["events"], run.stdout)


def is_refused(recording: dict, program: str) -> bool:
    """Do the daemons end with status 8 when they read their file, and does the reader refuse it for the same key, range and value?"""
    died = [event for event in recording["events"] if "died" in event]
    path = os.path.join(FOLDER, recording["case"]["name"])
    if not died or any(event["died"] != 8 for event in died) or not os.path.exists(path + ".conf"):
        return False
    said = votesim(program, "check", path + ".yaml")
    ours = re.search(r"([\w.]+): expected a number from (\d+) to (\d+), found '(.*)'", said.stderr)
    theirs = [re.search(r'Value of key "([\w.]+)" is expected to be integer in range \((\d+)\.\.(\d+)\), but "(.*)" was given', line)
              for event in died for line in event["log"][-1:]]
    return bool(said.returncode == 2 and ours and all(one and one.groups() == ours.groups() for one in theirs))


def search(name: str, program: str, seconds: float) -> subprocess.CompletedProcess | None:
    """A search of `votesim explain`, exit status 0 or 1; None when it did not end in that time. The conversion must have been written."""
    base = os.path.join(FOLDER, name)
    try:
        run = votesim(program, "explain", base + ".yaml", "--recording", base + ".expected", timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    assert run.returncode in (0, 1), f"{name}: exit status {run.returncode}: {run.stderr}"
    return run


def explain(name: str, program: str, seconds: float) -> str | None:
    """What `votesim explain` says; None when it found nothing in that time. The conversion must have been written."""
    run = search(name, program, seconds)
    return run.stdout if run and run.returncode == 0 else None


def status(recording: dict, program: str, seconds: float) -> str:
    """One of ORDER."""
    differences = plain_differences(recording, program)
    if differences is None:
        return "refused" if is_refused(recording, program) else "unsayable"
    if not differences:
        return "exact"
    return "open" if explain(recording["case"]["name"], program, seconds) is None else "explained"


def strangers(new: list[dict], kept: list[dict]) -> list[dict]:
    """Those of `new` that are as none of `kept` of their case, each under a name of its own."""
    found, count = [], collections.Counter()
    for recording in new:
        name = recording["case"]["name"]
        if any(other["case"] == recording["case"] and not compare.differences(other["events"], recording["events"]) for other in kept):
            continue
        count[name] += 1
        unique = name if count[name] == 1 else f"{name}-{count[name]}"
        found.append({**recording, "case": {**recording["case"], "name": unique}})
    return found


def tell_new(paths: list[str], options, program: str) -> int:
    """What recordings made anew are; the exit status."""
    kept = [recording for path in sorted(glob.glob(KEPT)) for recording in truth.read(path)]
    new = [recording for path in paths for recording in truth.read(path) if options.only in recording["case"]["name"]]
    others = strangers(new, kept)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda recording: status(recording, program, options.seconds), others))
    for recording, kind in zip(others, found):
        print(f"{kind:10} {recording['case']['name']}")
    same = [(recording["case"], recording["complaints"]) for recording in kept if "complaints" in recording]
    restless = [recording["case"]["name"] for recording in new if "complaints" in recording and (recording["case"], recording["complaints"]) not in same]
    for name in restless:
        print(f"restless   {name}: a step did not settle, or a call had no answer")
    names = {recording["case"]["name"] for recording in new}
    beside = {os.path.basename(path) for path in paths}
    absent = sorted({recording["case"]["name"] for path in glob.glob(KEPT) if os.path.basename(path) in beside for recording in truth.read(path)
                     if options.only in recording["case"]["name"]} - names)
    for name in absent:
        print(f"absent     {name}: it could not be recorded")
    print(f"{len(new)} recordings: {len(new) - len(others)} as kept ones; " + ", ".join(f"{found.count(kind)} {kind}" for kind in reversed(ORDER)))
    return 1 if restless or absent or "open" in found else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("--seconds", type=float, default=10, help="for each search")
    parser.add_argument("--new", nargs="+", metavar="FILE", help="recordings made anew")
    options = parser.parse_args()
    program = os.environ.get("VOTESIM")
    if not program:
        make("all")
        program = os.path.join(ROOT, "votesim")
    if options.new:
        return tell_new(options.new, options, program)
    was, every = listed(), recordings()
    chosen = [name for name in every if options.only in name]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(chosen, pool.map(lambda name: status(every[name], program, options.seconds), chosen)))
    for name in chosen:
        if was.get(name) != found[name]:
            print(f"{name}: {was.get(name, 'new')} -> {found[name]}")
    print(", ".join(f"{list(found.values()).count(kind)} {kind}" for kind in reversed(ORDER)))
    if options.update:
        now = {name: found.get(name, was.get(name, "open")) for name in every}
        with open(FILE, "w", encoding="utf-8") as file:
            file.write("# Written by python3 -m harness.truth_status --update; see there.\n")
            file.writelines(f"{now[name]:10} {name}\n" for name in sorted(now))
    return 0


if __name__ == "__main__":
    sys.exit(main())
