"""Runs the fuzzers: every fuzz_*.c of the repo, built with clang's sanitizers.

usage: python3 -m harness.fuzz [--seconds N] [-k NAME]

A corpus grows in build/fuzz/corpus/NAME; an input that crashes is kept in build/fuzz/crashes/ and reproduced by
giving it to build/fuzz/.../fuzz_NAME. Exit status 1 when one crashed, leaked, or took longer than 10 s for one input.
"""

import argparse
import glob
import os
import subprocess
import sys

from .support import BUILD, ROOT, make

# What a fuzzer starts from, by a part of its name: the folder of files that are valid input to it.
SEEDS = {"scenario": "scenarios", "reader": "scenarios", "yaml": "scenarios"}


def fuzzers() -> list[str]:
    """The fuzzers' sources, as paths from the root."""
    found = [path for folder in ("core", "sim") for path in glob.glob(f"{ROOT}/{folder}/**/fuzz_*.c", recursive=True)]
    return sorted(os.path.relpath(path, ROOT) for path in found)


def run(source: str, seconds: int) -> subprocess.CompletedProcess:
    """Run one fuzzer, built before, for `seconds`. Its words are in stderr; the exit status is 0 when it found nothing."""
    name = os.path.basename(source)[:-2]
    corpus, crashes = f"{BUILD}/fuzz/corpus/{name}", f"{BUILD}/fuzz/crashes/"
    for folder in (corpus, crashes):
        os.makedirs(folder, exist_ok=True)
    seeds = [os.path.join(ROOT, folder) for word, folder in SEEDS.items() if word in name]
    seeds += glob.glob(os.path.join(ROOT, source[:-2] + ".seeds"))
    return subprocess.run([f"{BUILD}/fuzz/{source[:-2]}", f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
                           f"-artifact_prefix={crashes}{name}-", "-print_final_stats=1", corpus, *dict.fromkeys(seeds)],
                          cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=seconds + 120)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("-k", "--only", default="")
    options = parser.parse_args()
    chosen = [source for source in fuzzers() if options.only in source]
    make("fuzz-programs")
    failed = 0
    for source in chosen:
        done = run(source, options.seconds)
        units = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        print(f"{source}: {'nothing found' if done.returncode == 0 else 'FOUND'} in {options.seconds} s"
              f"{', ' + units[0] + ' inputs' if units else ''}", flush=True)
        if done.returncode:
            failed += 1
            print(done.stderr[-6000:])
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
