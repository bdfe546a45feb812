"""Mutants made from the core's source by rule, and who kills them.

usage: python3 -m harness.systematic [-j N] [-k TEXT] [--rules] [--again survivors] [--write]

Every mutant of harness/systematic/points.py is looked at by the judges of harness/systematic/judges.py in their order
until one kills it; with --rules until one of the judge's rules does, so that the table tells what the rules see
without anybody's expectations. What was found is kept in build/systematic/results.jsonl: an interrupted run goes on
where it stopped, and what is known of a file of the core holds until that file changes.
--again all begins from nothing, --again survivors asks about those again that nobody killed: after changes of the
judge, the scenarios or the fuzzers.

harness/mutants/survivors.txt says of each mutant that nobody kills why it lives. The exit status is 1 when one is
missing there, or one is there that is killed. --write writes the table, harness/mutants/SYSTEMATIC.md.
"""

import argparse
import concurrent.futures
import os
import sys

from ..support import make
from . import judges, points, results, schemata, table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("-k", "--only", default="", help="mutants whose name has this text")
    parser.add_argument("--rules", action="store_true", help="look until a rule kills")
    parser.add_argument("--again", choices=["survivors", "all"], help="forget what is known of them")
    parser.add_argument("--write", action="store_true", help="write harness/mutants/SYSTEMATIC.md")
    options = parser.parse_args()
    walks = points.walk()
    mutants = [mutant for walk in walks for mutant in walk.mutants]
    make("all")
    store = results.Store(os.path.join(schemata.FOLDER, "results.jsonl"), results.fingerprint())
    store.forget(options.again, [mutant for mutant in mutants if options.only in mutant.name])
    chosen = [mutant for mutant in mutants if options.only in mutant.name and store.wants(mutant, options.rules)]
    if chosen:
        print(f"{len(mutants)} mutants, {len(chosen)} to look at", flush=True)
        programs = schemata.build(walks, jobs=options.jobs)
        every = judges.Judges(programs, schemata.build_tests(programs),
                              schemata.build_fuzzers(programs, options.jobs))
        print(f"{len(every.recordings.exact)} recordings are given exactly", flush=True)
        # The slow look comes last: it kills few, and who wants numbers early need not wait for it.
        for looks in (judges.Judges.LOOKS[:-1], judges.Judges.LOOKS):
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                for done, _ in enumerate(pool.map(lambda mutant: store.examine(every, mutant, options.rules, looks), chosen), 1):
                    if done % 50 == 0 or done == len(chosen):
                        print(f"{done} of {len(chosen)}", flush=True)
        for walk in walks:
            store.same_code(walk, options.jobs)
    reasons = table.reasons()
    mistakes = table.mistakes(mutants if not options.only else [], store, reasons)
    print(table.summary(mutants, store, reasons))
    if options.write:
        table.write(mutants, store, reasons)
    for mistake in mistakes:
        print(mistake)
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
