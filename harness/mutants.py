"""Broken cores, and who catches them.

usage: python3 -m harness.mutants [-k NAME] [-j N] [--markdown FILE]

Each harness/mutants/NAME.patch says in its first lines what goes wrong, and is a unified diff against core/. It is
applied to a copy in build/mutants/NAME/, compiled, and run over the scenario library, the recordings that the healthy
core gives exactly, and the C tests of core/ (which are asked only when nobody else objects). Exit status 1 when a mutant survives or a
patch no longer applies: then the core has changed, and the patch has to be made anew.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from . import truth_to_scenario as truth
from .support import BUILD, ROOT, make

PATCHES = os.path.join(ROOT, "harness", "mutants")
FOLDER = os.path.join(BUILD, "mutants")
COMPILE = ["gcc", "-std=c17", "-D_GNU_SOURCE", "-O1", "-g", "-w"]
TIMEOUT_S = 120


class DoesNotApply(RuntimeError):
    """The patch does not fit the core as it is, or what it makes does not compile."""


@dataclass
class Mutant:
    """A broken core and who killed it."""
    name: str
    says: str
    rules: list[str] = field(default_factory=list)        # ids of the judge's rules that broke
    expectations: list[str] = field(default_factory=list)  # scenarios whose expectations did not come
    recordings: list[str] = field(default_factory=list)   # recordings that differ
    tests: list[str] = field(default_factory=list)        # C tests that fail
    end: str = ""                                         # how the program ended, when by itself

    @property
    def killed(self) -> bool:
        return bool(self.rules or self.expectations or self.recordings or self.tests or self.end)


def names() -> list[str]:
    """All mutants."""
    return sorted(os.path.basename(path)[:-len(".patch")] for path in glob.glob(f"{PATCHES}/*.patch"))


def build(name: str) -> str:
    """Patch, compile and link the mutant; returns its folder, in which `votesim` is. Needs build/ made. Raises DoesNotApply."""
    folder = os.path.join(FOLDER, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "core"), os.path.join(folder, "core"))
    patch = os.path.join(PATCHES, name + ".patch")
    done = subprocess.run(["patch", "-p1", "-s", "-F0", "--no-backup-if-mismatch", "-i", patch], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise DoesNotApply(f"{name}.patch does not apply: {done.stdout}{done.stderr}")
    with open(patch, encoding="utf-8") as file:
        changed = re.findall(r"^\+\+\+ b/(core/\S+\.c)", file.read(), re.M)
    objects = []
    for source in changed:
        objects.append(os.path.join(folder, source[:-2] + ".o"))
        run_compiler(name, [*COMPILE, "-I", folder, "-I", ROOT, "-c", "-o", objects[-1], os.path.join(folder, source)])
    # What was patched comes first, so that the library's own is left out.
    libraries = [f"{BUILD}/libvotesim.a", f"{BUILD}/libvotequorum_core.a"]
    run_compiler(name, [*COMPILE, "-o", f"{folder}/votesim", f"{BUILD}/sim/main.o", *objects, *libraries, *yaml_library()])
    return folder


def build_test(name: str, test: str) -> str:
    """Link the C test `test` (core/NAME_test) with the mutant, built before; returns the program's path."""
    folder = os.path.join(FOLDER, name)
    objects = glob.glob(f"{folder}/core/*.o")
    program = os.path.join(folder, os.path.basename(test))
    run_compiler(name, [*COMPILE, "-o", program, f"{BUILD}/{test}.o", *objects, f"{BUILD}/libfakes.a", f"{BUILD}/libvotequorum_core.a", "-lcmocka"])
    return program


def run_compiler(name: str, command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise DoesNotApply(f"{name} does not compile: {done.stderr[-2000:]}")


def yaml_library() -> list[str]:
    done = subprocess.run(["make", "-s", "--no-print-directory", "yaml-lib"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def run(command: list[str]) -> tuple[str, subprocess.CompletedProcess | None]:
    """How it ended ("" for status 0 or 1), and what it said."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "hangs", None
    return {0: "", 1: ""}.get(done.returncode, f"exit status {done.returncode}"), done


def judge_library(program: str, mutant: Mutant, junit: str) -> None:
    """Run the scenario library; note which rules and expectations failed."""
    mutant.end, done = run([program, "run", "--junit", junit, "scenarios/"])
    if not done or not os.path.exists(junit):
        return
    for case in ET.parse(junit).iter("testcase"):
        for failure in case.iter("failure"):
            if failure.get("type") == "expectation":
                mutant.expectations.append(case.get("name"))
            else:
                mutant.rules.append(failure.get("type"))
    mutant.rules = sorted(set(mutant.rules))
    mutant.expectations = sorted(set(mutant.expectations))


def judge_recordings(program: str, mutant: Mutant, folder: str, only: set[str] | None = None) -> None:
    """Compare runs with recordings; note those that differ."""
    for recording in truth.read(os.path.join(ROOT, "harness", "truth", "shown.jsonl")):
        name = recording["case"]["name"]
        if only is not None and name not in only:
            continue
        conversion = truth.write(recording, folder)
        end, done = run([program, "run", "--trace", "-", os.path.join(folder, name + ".yaml")])
        if end:
            mutant.end = mutant.end or end
        if end or not done or truth.differences(conversion, truth.from_recording(conversion, recording["events"]),
                                                truth.from_trace(conversion, done.stdout)):
            mutant.recordings.append(name)


def examine(name: str, exact: set[str]) -> Mutant:
    """Build one mutant and let everybody look at it. `exact`: recordings that the healthy core gives."""
    with open(os.path.join(PATCHES, name + ".patch"), encoding="utf-8") as file:
        mutant = Mutant(name, file.readline().strip())
    folder = build(name)
    judge_library(f"{folder}/votesim", mutant, f"{folder}/junit.xml")
    judge_recordings(f"{folder}/votesim", mutant, f"{folder}/truth", exact)
    if not mutant.killed:
        for test in sorted(glob.glob(f"{ROOT}/core/*_test.c")):
            test = os.path.relpath(test, ROOT)[:-2]
            if subprocess.run([build_test(name, test)], cwd=ROOT, capture_output=True, timeout=TIMEOUT_S).returncode:
                mutant.tests.append(test)
    return mutant


def healthy() -> tuple[Mutant, set[str]]:
    """The core as it is, judged the same way, and the recordings that it gives exactly."""
    mutant = Mutant("(healthy)", "")
    os.makedirs(f"{FOLDER}/healthy", exist_ok=True)
    program = os.path.join(ROOT, "votesim")
    judge_library(program, mutant, f"{FOLDER}/healthy/junit.xml")
    every = Mutant("", "")
    judge_recordings(program, every, f"{FOLDER}/healthy/truth")
    names_of_all = {entry["case"]["name"] for entry in truth.read(os.path.join(ROOT, "harness", "truth", "shown.jsonl"))}
    return mutant, names_of_all - set(every.recordings)


def short(found: list[str], most: int = 4) -> str:
    """The first few, and how many more."""
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def row(mutant: Mutant) -> str:
    """One line of the table."""
    by = [f"{kind} {short(found)}" for kind, found in (("rule", mutant.rules), ("expectation", mutant.expectations),
                                                       ("recording", mutant.recordings), ("C test", mutant.tests)) if found]
    return f"{mutant.name:44} {'; '.join(by + ([mutant.end] if mutant.end else [])) or 'SURVIVES: ' + mutant.says}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-k", "--only", default="")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--markdown", help="also write the table here")
    options = parser.parse_args()
    make("all", "test-programs")
    well, exact = healthy()
    if well.killed:
        print(f"the healthy core fails: {row(well)}", file=sys.stderr)
        return 1
    chosen = [name for name in names() if options.only in name]
    examined, broken = [], []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, future in [(name, pool.submit(examine, name, exact)) for name in chosen]:
            try:
                examined.append(future.result())
                print(row(examined[-1]), flush=True)
            except DoesNotApply as why:
                broken.append(name)
                print(f"{name:44} DOES NOT APPLY: {why}", flush=True)
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as file:
            file.write("| mutant | what goes wrong | rules | expectations | recordings | C tests |\n|---|---|---|---|---|---|\n")
            for mutant in examined:
                file.write(f"| {mutant.name} | {mutant.says} | {short(mutant.rules)} | {short(mutant.expectations)} | "
                           f"{short(mutant.recordings)} | {short(mutant.tests)} |\n")
    survivors = [mutant for mutant in examined if not mutant.killed]
    by_judge = sum(bool(mutant.rules) for mutant in examined)
    print(f"{len(examined)} broken cores: {by_judge} caught by the judge's rules alone, {len(survivors)} by nobody")
    print(f"{len(examined) - len(survivors)} passed, {len(survivors) + len(broken)} failed")
    return 1 if survivors or broken or not examined else 0


if __name__ == "__main__":
    sys.exit(main())
