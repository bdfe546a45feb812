"""Records cases on real clusters.

usage: python3 -m harness.live.record CASES.jsonl -o OUT.jsonl [-j CLUSTERS] [-k NAME] [--again N [--distinct]] [--compare]

CASES.jsonl: a case a line, bare or as {"case": …}. --compare says where the new recording differs from the
one in the file. --again N records each case N times and says whether the outcomes differ; the first is kept, with
--distinct every one that differs from those before it, and then differing is no failure.
Exit status: 0, or 1 when something differed or did not settle; 0 too, with one line, where live clusters cannot run.
"""

import argparse
import json
import os
import signal
import sys

from . import cleanup, compare, processes, recorder
from .pool import Pool

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def work() -> int:
    """Record the one task on standard input, {"case", "times", "debug"}, and print a list of recordings."""
    task = json.load(sys.stdin)
    json.dump([recorder.record(task["case"], task["debug"]) for _ in range(task["times"])], sys.stdout)
    return 0


def read(path: str) -> list[dict]:
    """The cases of a file, as {"case": …} and with "events" where it has them."""
    with open(path, encoding="utf-8") as file:
        entries = [json.loads(line) for line in file if line.strip()]
    return [entry if "case" in entry else {"case": entry} for entry in entries]


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
    tasks = [{"case": entry["case"], "times": options.again, "debug": options.debug} for entry in entries]
    pool = Pool(options.jobs, "harness.live.record")
    try:
        with open(options.output, "w", encoding="utf-8") if options.output else sys.stdout as output:
            good = [report(entry, runs, options, output) for entry, runs in zip(entries, pool.run(tasks))]
    finally:
        pool.close()
    return 0 if all(good) else 1


def distinct(runs: list[dict]) -> list[dict]:
    """The runs whose outcome no earlier one had."""
    kept = []
    for run in runs:
        if all(compare.differences(run["events"], other["events"]) for other in kept):
            kept.append(run)
    return kept


def report(entry: dict, runs: list[dict] | None, options, output) -> bool:
    """Write what is kept of `runs`, say on standard error how they differ; False when anything was wrong."""
    name = entry["case"]["name"]
    if not runs:
        print(f"{name}: FAILED", file=sys.stderr)
        return False
    kept = distinct(runs)
    for run in kept[1:]:
        for text in compare.differences(runs[0]["events"], run["events"]):
            print(f"{name}: between runs: {text}", file=sys.stderr)
    known = options.compare and "events" in entry
    against = compare.differences(entry["events"], runs[0]["events"]) if known else []
    for text in against:
        print(f"{name}: from the file: {text}", file=sys.stderr)
    verdict = f"{len(runs[0]['events'])} events" + (", as in the file" if known and not against else "")
    print(f"{name}: {verdict}" + (f", {len(kept)} outcomes" if len(kept) > 1 else ""), file=sys.stderr)
    for run in kept if options.distinct else kept[:1]:
        output.write(json.dumps(run, separators=(",", ":")) + "\n")
    output.flush()
    varied = len(kept) > 1 and not options.distinct
    return not (varied or against or any("complaints" in run for run in runs))


if __name__ == "__main__":
    # Ended by a signal, it still takes its clusters down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
