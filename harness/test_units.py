"""The C tests (cmocka programs, NAME_test.c beside what they test): as built for users, with every sanitizer, and under
valgrind, which also sees reads of uninitialised memory. Some scenarios run under valgrind, too.
"""

import glob
import os
import shutil
import subprocess

import pytest

from . import truth_to_scenario
from .support import BUILD, NO_WARNINGS, ROOT, make, missing, scenario_files
from .test_determinism import SANITIZERS

TESTS = sorted(os.path.relpath(path, ROOT)[:-2] for folder in ("core", "sim")
               for path in glob.glob(f"{ROOT}/{folder}/**/*_test.c", recursive=True))
VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=all", "--track-fds=no"]


def execute(command: list[str], timeout: float = 300, good: tuple[int, ...] = (0,)) -> None:
    """Run a program in the repo. Raises AssertionError with what it printed when its exit status is not a good one."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=timeout,
                          stdin=subprocess.DEVNULL)
    assert done.returncode in good, (done.stdout + done.stderr)[-6000:]


@pytest.mark.parametrize("test", TESTS)
def test_c(test):
    make(f"build/{test}")
    execute([f"build/{test}"])


@pytest.mark.parametrize("test", TESTS)
def test_c_with_sanitizers(test):
    build = "build/asan"
    make(f"{build}/{test}", BUILD=build, CC="gcc", OPT="-O1", CFLAGS=NO_WARNINGS, LDFLAGS=SANITIZERS, CPPFLAGS=SANITIZERS)
    execute([f"{build}/{test}"])


@pytest.mark.parametrize("test", TESTS)
def test_c_under_valgrind(test):
    if not shutil.which("valgrind"):
        missing("valgrind", "valgrind libc6-dbg")
    make(f"build/{test}")
    execute(["env", "TESTS_BRIEF=1", *VALGRIND, f"build/{test}"], timeout=600)


def test_scenarios_under_valgrind(program):
    """Some of the library, spread over its folders, and a recording: nothing leaks, nothing uninitialised is read."""
    if not shutil.which("valgrind"):
        missing("valgrind", "valgrind libc6-dbg")
    recordings = truth_to_scenario.read(os.path.join(ROOT, "harness", "truth", "shown.jsonl"))
    recording = next(entry for entry in recordings if entry["case"]["name"] == "qdevice-2-nodes")
    truth_to_scenario.write(recording, os.path.join(BUILD, "valgrind"))
    files = scenario_files()
    chosen = files[::max(1, len(files) // 8)] + ["build/valgrind/qdevice-2-nodes.yaml"]
    execute([*VALGRIND, program, "run", "--trace", "/dev/null", "--junit", "/dev/null", *chosen], timeout=600)
    # With a seed another order may come than a scenario expects.
    execute([*VALGRIND, program, "run", "--trace-all", "--trace", "/dev/null", "--seed", "5", *chosen], timeout=600, good=(0, 1))
    execute([*VALGRIND, program, "check", *files], timeout=600)
