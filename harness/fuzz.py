"""Runs the fuzzers: every fuzz_*.c of the repo, built with clang's sanitizers.

usage: python3 -m harness.fuzz [--seconds N] [--corpus] [-k NAME]

Each starts from harness/corpus/NAME and from the valid inputs that SEEDS names, and grows a corpus in
build/fuzz/corpus/NAME; an input that crashes is kept in build/fuzz/crashes/ and reproduced by giving it to
build/fuzz/.../fuzz_NAME. --corpus then makes harness/corpus/NAME anew from all of these: few small files that reach
what they all reach. Exit status 1 when one crashed, leaked, or took longer than 10 s for one input.
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

from .support import BUILD, ROOT, make

# What a fuzzer starts from, by a part of its name: the folder of files that are valid input to it.
SEEDS = {"scenario": "scenarios", "fmt": "scenarios", "record": "harness/logs"}
CORPUS = "harness/corpus"
CORPUS_BYTES_MAX = 32 * 1024  # of one fuzzer
INPUT_BYTES_MAX = 768  # of one file
LIMITS = ["-timeout=10", "-rss_limit_mb=2048"]
# Inputs of a run that is to come out the same on every machine: some seconds' worth of each.
INPUTS = {"fuzz_client": 100_000, "fuzz_conf": 100_000, "fuzz_deliver": 10_000, "fuzz_fmt": 1_000}
INPUTS_ELSE = 4_000


def fuzzers() -> list[str]:
    """The fuzzers' sources, as paths from the root."""
    found = [path for folder in ("core", "sim") for path in glob.glob(f"{ROOT}/{folder}/**/fuzz_*.c", recursive=True)]
    return sorted(os.path.relpath(path, ROOT) for path in found)


def name_of(source: str) -> str:
    return os.path.basename(source)[:-2]


def corpus_of(source: str) -> str:
    """The folder of the fuzzer's inputs that are kept in the repo."""
    return os.path.join(ROOT, CORPUS, name_of(source))


def files_below(folder: str) -> list[str]:
    return sorted(os.path.join(path, name) for path, _, names in os.walk(folder) for name in names)


def seeds_of(source: str) -> list[str]:
    """Folders of valid input to this fuzzer."""
    return [os.path.join(ROOT, folder) for word, folder in SEEDS.items() if word in name_of(source)]


def grown_of(source: str) -> str:
    """The folder, made when it is not there, of what running this fuzzer has found worth keeping."""
    folder = f"{BUILD}/fuzz/corpus/{name_of(source)}"
    os.makedirs(folder, exist_ok=True)
    return folder


def call(source: str, *arguments: str, timeout_s: float, **environment: str) -> subprocess.CompletedProcess:
    """Call one fuzzer, built before. Its words are in stderr."""
    return subprocess.run([f"{BUILD}/fuzz/{source[:-2]}", *LIMITS, *arguments], cwd=ROOT, capture_output=True, text=True,
                          errors="replace", timeout=timeout_s, env={**os.environ, **environment})


def starts_of(source: str) -> list[str]:
    """Folders of inputs that this fuzzer starts from."""
    return [folder for folder in [corpus_of(source), *seeds_of(source)] if os.path.isdir(folder)]


def artifacts_of(source: str) -> str:
    """The option that says where an input that fails is kept."""
    crashes = f"{BUILD}/fuzz/crashes/"
    os.makedirs(crashes, exist_ok=True)
    return f"-artifact_prefix={crashes}{name_of(source)}-"


def run(source: str, seconds: int) -> subprocess.CompletedProcess:
    """Run one fuzzer, built before, for `seconds`, on other inputs each time. The exit status is 0 when it found nothing."""
    return call(source, f"-max_total_time={seconds}", artifacts_of(source), "-print_final_stats=1", grown_of(source),
                *starts_of(source), timeout_s=seconds + 120)


def run_again(source: str, inputs: int) -> subprocess.CompletedProcess:
    """Run one fuzzer, built before, on `inputs` inputs drawn from the seed 1: the same each time. Grows no corpus."""
    with tempfile.TemporaryDirectory() as scratch:
        return call(source, "-seed=1", f"-runs={inputs}", artifacts_of(source), scratch, *starts_of(source), timeout_s=900)


def replay(source: str) -> subprocess.CompletedProcess:
    """Each input of the repo once, by a fuzzer built before."""
    return call(source, *files_below(corpus_of(source)), timeout_s=300)


def make_corpus(source: str) -> None:
    """Make the fuzzer's folder of the repo anew: what reaches code that its seeds alone do not. Raises RuntimeError."""
    kept = corpus_of(source)
    with tempfile.TemporaryDirectory() as scratch:
        chosen, small = f"{scratch}/chosen", f"{scratch}/small"
        for folder in (chosen, small, kept):
            os.makedirs(folder, exist_ok=True)
        seeds = [path for folder in seeds_of(source) for path in files_below(folder)]
        for number, path in enumerate(seeds):
            shutil.copy(path, f"{chosen}/seed-{number}")
        for path in files_below(grown_of(source)) + files_below(kept):
            if os.path.getsize(path) <= INPUT_BYTES_MAX:
                shutil.copy(path, small)
        # by edges, not by how often each is taken: that would keep ten times as many
        merged = call(source, "-merge=1", "-set_cover_merge=1", "-use_counters=0", chosen, small, timeout_s=1200)
        if merged.returncode:
            raise RuntimeError(merged.stderr[-4000:])
        shutil.rmtree(kept)
        os.makedirs(kept)
        for path in files_below(chosen):
            if not os.path.basename(path).startswith("seed-"):
                shutil.copy(path, kept)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("--corpus", action="store_true", help=f"then make {CORPUS} anew")
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
        elif options.corpus:
            make_corpus(source)
            kept = files_below(corpus_of(source))
            print(f"{os.path.relpath(corpus_of(source), ROOT)}: {len(kept)} files, {sum(map(os.path.getsize, kept))} bytes")
    print(f"{len(chosen) - failed} passed, {failed} failed")
    return 1 if failed or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
