"""Records cases on real clusters.

usage: python3 -m harness.live.record CASES.jsonl -o OUT.jsonl [-j CLUSTERS] [-k NAME] [--again N [--distinct]] [--compare]

CASES.jsonl: a case a line, bare or as {"case": …}. --compare says where the new recording differs from the
one in the file, when no other recording of that case in the file or beside it (*.jsonl) is the same. --again N records each case N times and says whether the outcomes differ; the first is kept, with
--distinct every one that differs from those before it, and then differing is no failure.
Exit status: 0, or 1 when something differed or did not settle; 0 too, with one line, where live clusters cannot run.
"""

import argparse
import contextlib
import glob
import json
import os
import sys

from . import cleanup, compare, processes, recorder
from .pool import Pool

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def work() -> int:
    """Record the one task on standard input, {"case", "times", "debug"}, and print a list of recordings."""
    task = json.load(sys.stdin)
    with processes.held():
        json.dump([recorder.record(task["case"], task["debug"]) for _ in range(task["times"])], sys.stdout)
    return 0


def read(path: str) -> list[dict]:
    """The cases of a file, as {"case": …} and with "events" where it has them."""
    with open(path, encoding="utf-8") as file:
        entries = [json.loads(line) for line in file if line.strip()]
    return [entry if "case" in entry else {"case": entry} for entry in entries]


def outcomes(path: str) -> list[dict]:
    """Every recording in the file `path` and those beside it."""
    files = {path, *glob.glob(os.path.join(os.path.dirname(path) or ".", "*.jsonl"))}
    return [entry for file in sorted(files) for entry in read(file) if "events" in entry]


def main() -> int:
    if sys.argv[1:] == ["--work"]:
        return work()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases")
    parser.add_argument("-o", "--output")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("--again", type=int, default=1)
    parser.add_argument("--distinct", action="store_true")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--debug", action="store_true", help="debug messages in the daemons' logs")
    options = parser.parse_args()

    reason = processes.why_unavailable()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    cleanup.clean()

    entries = [entry for entry in read(options.cases) if options.only in entry["case"]["name"]]
    known = outcomes(options.cases) if options.compare else []
    tasks = [{"case": entry["case"], "times": options.again, "debug": options.debug} for entry in entries]
    with Pool(options.jobs, "harness.live.record") as pool:
        with open(options.output, "w", encoding="utf-8") if options.output else contextlib.nullcontext(sys.stdout) as output:
            good = [report(entry, runs, known, options, output) for entry, runs in zip(entries, pool.run(tasks))]
    return 0 if all(good) else 1


def distinct(runs: list[dict]) -> list[dict]:
    """The runs whose outcome no earlier one had."""
    kept = []
    for run in runs:
        if all(compare.differences(run["events"], other["events"]) for other in kept):
            kept.append(run)
    return kept


def report(entry: dict, runs: list[dict] | None, known: list[dict], options, output) -> bool:
    """Write what is kept of `runs`, say on standard error how they differ from another and from `known` recordings; False when
    anything was wrong."""
    name = entry["case"]["name"]
    if not runs:
        print(f"{name}: FAILED", file=sys.stderr)
        return False
    kept = distinct(runs)
    for run in kept[1:]:
        for text in compare.differences(runs[0]["events"], run["events"]):
            print(f"{name}: between runs: {text}", file=sys.stderr)
    compared = options.compare and "events" in entry
    against = compare.differences(entry["events"], runs[0]["events"]) if compared else []
    elsewhere = any(other["case"] == entry["case"] and not compare.differences(other["events"], runs[0]["events"]) for other in known)
    verdict = f"{len(runs[0]['events'])} events" + (", as in the file" if compared and not against else "")
    if against and elsewhere:
        against, verdict = [], verdict + ", as another recording of it"
    for text in against:
        print(f"{name}: from the file: {text}", file=sys.stderr)
    print(f"{name}: {verdict}" + (f", {len(kept)} outcomes" if len(kept) > 1 else ""), file=sys.stderr)
    for run in kept if options.distinct else kept[:1]:
        output.write(json.dumps(run, separators=(",", ":")) + "\n")
    output.flush()
    varied = len(kept) > 1 and not options.distinct
    return not (varied or against or any("complaints" in run for run in runs))


if __name__ == "__main__":
    processes.end_in_order()
    sys.exit(main())
