"""Records cases on real clusters.

usage: python3 -m harness.live.record CASES.jsonl -o OUT.jsonl [-j CLUSTERS] [-k NAME] [--again N] [--compare]

CASES.jsonl: a case a line, bare or as {"case": …}. --compare says where the new recording differs from the
one in the file. --again N records each case N times and says whether the outcomes differ (the first is kept).
Exit status: 0, or 1 when something differed or did not settle; 0 too, with one line, where live clusters cannot run.
"""

import argparse
import concurrent.futures
import ctypes
import json
import signal
import sys

from . import cleanup, compare, processes, recorder

PR_SET_PDEATHSIG = 1


def worker_setup() -> None:
    """Have a worker die with its parent, and take its clusters down when asked to end."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def work(case: dict, times: int, debug: bool) -> list[dict]:
    """Record one case `times` times."""
    return [recorder.record(case, debug) for _ in range(times)]


def read(path: str) -> list[dict]:
    """The cases of a file, as {"case": …} and with "events" where it has them."""
    with open(path, encoding="utf-8") as file:
        entries = [json.loads(line) for line in file if line.strip()]
    return [entry if "case" in entry else {"case": entry} for entry in entries]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases")
    parser.add_argument("-o", "--output")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("--again", type=int, default=1)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--debug", action="store_true", help="debug messages in the daemons' logs")
    options = parser.parse_args()

    reason = processes.why_unavailable()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        return 0
    cleanup.clean()

    entries = [entry for entry in read(options.cases) if options.only in entry["case"]["name"]]
    output = open(options.output, "w", encoding="utf-8") if options.output else sys.stdout
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs, initializer=worker_setup) as pool:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        futures = [pool.submit(work, entry["case"], options.again, options.debug) for entry in entries]
        try:
            for entry, future in zip(entries, futures):
                name = entry["case"]["name"]
                runs = future.result()
                differing = [text for run in runs[1:] for text in compare.differences(runs[0]["events"], run["events"])]
                known = options.compare and "events" in entry
                against = compare.differences(entry["events"], runs[0]["events"]) if known else []
                failed += bool(differing or against or any("complaints" in run for run in runs))
                for text in differing:
                    print(f"{name}: between runs: {text}", file=sys.stderr)
                for text in against:
                    print(f"{name}: from the file: {text}", file=sys.stderr)
                print(f"{name}: {len(runs[0]['events'])} events{', as in the file' if known and not against else ''}", file=sys.stderr)
                output.write(json.dumps(runs[0], separators=(",", ":")) + "\n")
                output.flush()
        except BaseException:
            for future in futures:
                future.cancel()
            raise
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
