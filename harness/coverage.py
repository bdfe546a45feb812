"""Line and branch coverage of core/ and sim/, from everything that runs in `make test` with votesim or a C test.

usage: python3 -m harness.coverage

Builds with gcc --coverage in build/coverage/, runs the C tests, the scenario library (plain, seeded, traced), and the
tests of the command line and of the recordings with that build; then gcovr writes build/coverage/html/index.html and
build/coverage/summary.txt. Exit status 1 below a threshold. Assertions are no branches: that one of them is never
taken is their point.
"""

import glob
import json
import os
import shutil
import subprocess
import sys

from .support import BUILD, NO_WARNINGS, ROOT, make

FOLDER = os.path.join(BUILD, "coverage")
# Folder: at least so many per cent of lines, of branches (0: not asked).
THRESHOLDS = {"core": (98.0, 90.0), "sim": (92.0, 0.0)}
ASSERTIONS = r".*\b(ALWAYS|NEVER|MAYBE|ENSURE|assert)\s*\(.*"
# Tests that run votesim itself take the measured one; these build their own, or need none.
LEFT_OUT = ["determinism", "units", "fuzz", "canary", "house"]


def run_everything() -> None:
    """Everything that leaves coverage data. What fails is named, and does not stop the rest: `make test` judges."""
    build = os.path.relpath(FOLDER, ROOT)
    make(f"{build}/votesim", "test-programs", BUILD=build, OPT="-O0", CFLAGS=NO_WARNINGS,
         LDFLAGS="--coverage", CPPFLAGS="--coverage -fprofile-update=atomic")  # runs have threads
    for path in glob.glob(f"{FOLDER}/**/*.gcda", recursive=True):
        os.unlink(path)
    program = f"{build}/votesim"
    commands = [[path] for path in sorted(glob.glob(f"{FOLDER}/**/*_test", recursive=True))]
    commands += [[program, "run", "scenarios/"], [program, "run", "--seed", "1", "--trace-all", "--trace", "/dev/null", "scenarios/"],
                 [program, "run", "-j", "2", "--junit", f"{FOLDER}/junit.xml", "scenarios/"],
                 [program, "check", "scenarios/"], [program, "check", "--json", "scenarios/"],
                 [program, "bench", "changes", "--nodes", "3", "--changes", "20"],
                 [sys.executable, "-m", "pytest", "harness", *(f"--ignore=harness/test_{name}.py" for name in LEFT_OUT)]]
    for command in commands:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=1800,
                              env={**os.environ, "VOTESIM": os.path.join(ROOT, program)}, stdin=subprocess.DEVNULL)
        if done.returncode:
            print(f"exit status {done.returncode}: {' '.join(command)}\n{done.stderr[-500:] or done.stdout[-500:]}", file=sys.stderr)


def measure() -> list[dict]:
    """By file: {"filename", "line_covered", "line_total", "branch_covered", "branch_total"}."""
    summary = os.path.join(FOLDER, "summary.json")
    shutil.rmtree(f"{FOLDER}/html", ignore_errors=True)
    os.makedirs(f"{FOLDER}/html")
    subprocess.run(["gcovr", "--root", ROOT, "--filter", "core/", "--filter", "sim/", "--exclude", r".*_test\.c", "--exclude", r".*/fake_.*",
                    "--exclude", r".*/testing\.h", "--exclude", r".*/fuzz_.*", "--exclude", r".*/bench_.*",
                    "--exclude-branches-by-pattern", ASSERTIONS, "--json-summary", summary, "--html-details", f"{FOLDER}/html/index.html",
                    "--object-directory", FOLDER, FOLDER], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with open(summary, encoding="utf-8") as file:
        return json.load(file)["files"]


def table(files: list[dict]) -> tuple[str, bool]:
    """Rows by file and by folder as text, and whether every threshold holds."""
    rows, good = [], True
    for folder, (least_lines, least_branches) in THRESHOLDS.items():
        inside = [file for file in files if file["filename"].startswith(folder + "/")]
        for file in inside + [{"filename": folder, **{key: sum(file[key] for file in inside) for key in
                                                      ("line_covered", "line_total", "branch_covered", "branch_total")}}]:
            lines, branches = (100.0 * file[f"{kind}_covered"] / max(1, file[f"{kind}_total"]) for kind in ("line", "branch"))
            rows.append(f"{file['filename']:40} {lines:6.1f} % of {file['line_total']:5} lines  {branches:6.1f} % of {file['branch_total']:5} branches")
        missed = lines < least_lines or branches < least_branches
        rows.append(f"{'  asked for':40} {least_lines:6.1f} %                {least_branches:6.1f} %{'   MISSED' if missed else ''}")
        good = good and not missed
    return "\n".join(rows) + "\n", good


def main() -> int:
    os.makedirs(FOLDER, exist_ok=True)
    run_everything()
    text, good = table(measure())
    with open(os.path.join(FOLDER, "summary.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")
    print("line by line: build/coverage/html/index.html")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
