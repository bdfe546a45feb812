"""How long `votesim explain` takes for each recording that the plain run does not give (harness/truth_status.txt: explained).

usage: python3 -m harness.explain_bench [-k NAME] [--seconds N] [--against PROGRAM] [--all]

Prints states and seconds of each, worst first, and the median and the worst; --against measures another build beside
it. The ten worst are listed, with --all every one. One search at a time, each of N (30) seconds at most; the number of
states of one that ends is the same everywhere.
"""

import argparse
import os
import re
import statistics
import sys
import time

from . import truth_status
from . import truth_to_scenario as truth
from .support import ROOT, make


def measured(program: str, name: str, limit: float) -> tuple[bool, int, float]:
    """Was it explained, after how many states (0: the time was over), and in how many seconds?"""
    began = time.monotonic()
    run = truth_status.search(name, program, limit)
    if run is None:
        return False, 0, limit
    seconds = time.monotonic() - began
    return run.returncode == 0, int(re.search(r"(\d+) states", run.stdout)[1]), seconds


def told(found: bool, states: int, seconds: float) -> str:
    """In a column."""
    return f"{states:8} states {seconds:7.2f} s {'' if found else 'not explained':13}"


def summary(name: str, results: list[tuple[bool, int, float]]) -> str:
    """Of one program, in a line."""
    good = [result for result in results if result[0]]
    if not good:
        return f"{name}: none of {len(results)} explained"
    states, seconds = [result[1] for result in good], [result[2] for result in good]
    return (f"{name}: {len(good)} of {len(results)} explained; states: median {statistics.median_low(states)}, worst {max(states)}; "
            f"seconds: median {statistics.median(seconds):.3f}, worst {max(seconds):.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--against", metavar="PROGRAM")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    make("all")
    programs = [os.path.join(ROOT, "votesim")] + ([options.against] if options.against else [])
    status, recordings = truth_status.listed(), truth_status.recordings()
    names = [name for name in recordings if options.only in name and status.get(name) in ("explained", "open")]
    results = {}
    for name in names:
        truth.write(recordings[name], truth_status.FOLDER)
        results[name] = [measured(program, name, options.seconds) for program in programs]
    listed = sorted(names, key=lambda name: -max(result[2] for result in results[name]))
    for name in listed if options.all else listed[:10]:
        print(f"{name:45}", *(told(*result) for result in results[name]))
    for column, program in enumerate(programs):
        print(summary(os.path.relpath(program, ROOT) if program.startswith(ROOT) else program, [results[name][column] for name in names]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
