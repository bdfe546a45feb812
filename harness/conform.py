"""Does the simulator still say what real daemons say? Records cases anew, here and now, and runs them.

usage: python3 -m harness.conform [CASES.jsonl] [-k NAME] [-j CLUSTERS] [--seconds N]

CASES defaults to harness/truth/shown.jsonl; scenarios and recordings lie in build/conform/. Needs root (network
namespaces) and corosync; says in one line when it cannot, and is no failure then. Exit status 1 when a recording is
given by no interleaving that was found and harness/truth_status.txt does not know that.
"""

import argparse
import os
import subprocess
import sys

from . import truth_status
from . import truth_to_scenario as truth
from .support import BUILD, ROOT, make


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", default=os.path.join(ROOT, "harness", "truth", "shown.jsonl"))
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("-j", "--jobs", default="3")
    parser.add_argument("--seconds", type=float, default=60, help="for each search of an interleaving")
    options = parser.parse_args()
    make("all")
    folder = os.path.join(BUILD, "conform")
    os.makedirs(folder, exist_ok=True)
    recorded = os.path.join(folder, "recorded.jsonl")
    if os.path.exists(recorded):
        os.unlink(recorded)
    command = [sys.executable, "-m", "harness.live.record", options.cases, "-o", recorded, "-j", options.jobs, "-k", options.only]
    if subprocess.run(command, cwd=ROOT).returncode:
        return 1
    if not os.path.exists(recorded):
        return 0
    known, passed, failed = truth_status.listed(), 0, 0
    truth_status.FOLDER = folder
    for recording in truth.read(recorded):
        name = recording["case"]["name"]
        found = truth_status.status(recording, os.path.join(ROOT, "votesim"), options.seconds)
        bad = found == "open" and known.get(name) != "open"
        passed, failed = passed + (not bad), failed + bad
        print(f"{found:10} {name}", flush=True)
        if bad:
            print("\n".join(truth_status.plain_differences(recording, os.path.join(ROOT, "votesim"))))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
