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


def apply(name: str) -> str:
    """A copy of core/ with the patch applied, in a folder that is returned. Raises DoesNotApply."""
    folder = os.path.join(FOLDER, name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "core"), os.path.join(folder, "core"))
    patch = os.path.join(PATCHES, name + ".patch")
    done = subprocess.run(["patch", "-p1", "-s", "-F1", "--no-backup-if-mismatch", "-i", patch], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise DoesNotApply(f"{name}.patch does not apply: {done.stdout}{done.stderr}")
    return folder


def build(name: str) -> str:
    """Patch, compile and link the mutant; returns its folder, in which `votesim` is. Needs build/ made. Raises DoesNotApply."""
    folder = apply(name)
    patch = os.path.join(PATCHES, name + ".patch")
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


def failures(junit: str) -> set[tuple[str, str]]:
    """(scenario, rule or "expectation") of every failure in a JUnit file; empty when there is none."""
    if not os.path.exists(junit):
        return set()
    return {(case.get("name"), failure.get("type")) for case in ET.parse(junit).iter("testcase") for failure in case.iter("failure")}


def blame(mutant: Mutant, failed: set[tuple[str, str]]) -> None:
    """Note which rules and whose expectations failed."""
    mutant.rules = sorted(set(mutant.rules) | {kind for _, kind in failed if kind != "expectation"})
    mutant.expectations = sorted(set(mutant.expectations) | {name for name, kind in failed if kind == "expectation"})


def judge_library(program: str, mutant: Mutant, junit: str) -> None:
    """Run the scenario library; note what failed."""
    mutant.end, _ = run([program, "run", "-q", "--junit", junit, "scenarios/"])
    blame(mutant, failures(junit))


class Recordings:
    """Recordings as scenarios in one folder, and what their clients saw."""

    def __init__(self, only: set[str] | None = None):
        """All recordings that the scenario language can say, or those named."""
        self.folder = os.path.join(FOLDER, "recordings")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.known = {}
        self.found = set()  # what the judge finds in the daemon's own behaviour is no mutant's fault
        for path in sorted(glob.glob(f"{ROOT}/harness/truth/*.jsonl")):
            for recording in truth.read(path):
                name = recording["case"]["name"]
                if only is not None and name not in only:
                    continue
                try:
                    conversion = truth.write(recording, self.folder)
                except truth.ConversionError:
                    continue
                self.known[name] = (conversion, truth.from_recording(conversion, recording["events"]))

    def drop_what_is_refused(self, program: str) -> None:
        """Leave out those whose scenario votesim does not read."""
        for name in list(self.known):
            path = os.path.join(self.folder, name + ".yaml")
            if subprocess.run([program, "check", path], capture_output=True).returncode:
                del self.known[name]
                os.unlink(path)

    def judge(self, program: str, mutant: Mutant, junit: str) -> None:
        """Run them all; note those that differ, and the rules that broke."""
        end, done = run([program, "run", "-q", "--trace", "-", "--junit", junit, self.folder])
        mutant.end = mutant.end or end
        blame(mutant, failures(junit) - self.found)
        traces = {name: [] for name in self.known}
        for line in done.stdout.splitlines() if done else []:
            name = re.search(r',"scenario":"([^"]*)"', line)
            if name:
                traces[name.group(1)].append(line)
        mutant.recordings += [name for name, (conversion, recorded) in self.known.items()
                              if end or truth.differences(conversion, recorded, truth.from_trace(conversion, "\n".join(traces[name])))]


def examine(name: str, recordings: Recordings) -> Mutant:
    """Build one mutant and let everybody look at it."""
    with open(os.path.join(PATCHES, name + ".patch"), encoding="utf-8") as file:
        mutant = Mutant(name, file.readline().strip())
    folder = build(name)
    judge_library(f"{folder}/votesim", mutant, f"{folder}/junit.xml")
    recordings.judge(f"{folder}/votesim", mutant, f"{folder}/junit-recordings.xml")
    if not mutant.killed:
        for test in sorted(glob.glob(f"{ROOT}/core/*_test.c")):
            test = os.path.relpath(test, ROOT)[:-2]
            if subprocess.run([build_test(name, test)], cwd=ROOT, capture_output=True, timeout=TIMEOUT_S).returncode:
                mutant.tests.append(test)
    return mutant


def healthy() -> tuple[Mutant, Recordings]:
    """The core as it is, judged the same way, and the recordings that it gives exactly."""
    mutant, of_recordings = Mutant("(healthy)", ""), Mutant("", "")
    os.makedirs(f"{FOLDER}/healthy", exist_ok=True)
    program = os.path.join(ROOT, "votesim")
    judge_library(program, mutant, f"{FOLDER}/healthy/junit.xml")
    every = Recordings()
    every.drop_what_is_refused(program)
    junit = f"{FOLDER}/healthy/junit-recordings.xml"
    every.judge(program, of_recordings, junit)
    exact = Recordings(set(every.known) - set(of_recordings.recordings))
    exact.found = failures(junit)
    return mutant, exact


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
    well, recordings = healthy()
    if well.killed:
        print(f"the healthy core fails: {row(well)}", file=sys.stderr)
        return 1
    print(f"the healthy core holds, and gives {len(recordings.known)} recordings exactly")
    chosen = [name for name in names() if options.only in name]
    examined, broken = [], []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, future in [(name, pool.submit(examine, name, recordings)) for name in chosen]:
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
