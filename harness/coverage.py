"""Line and branch coverage of core/ and sim/, from everything that runs in `make test` with votesim or a C test.

usage: python3 -m harness.coverage

Builds with gcc --coverage in build/coverage/, runs the C tests, the scenario library (plain, seeded, traced), and the
tests of the command line and of the recordings with that build. Then gcovr writes build/coverage/html/index.html and
build/coverage/summary.txt, lcov the tracefile build/coverage/votesim.info. Exit status 1 below a threshold. Assertions
are no branches: that one of them is never taken is their point. build/coverage/semantic has what the scenario library
covers of votequorum's behaviour, held against reports/coverage.minimum; build/coverage/index.html leads to both.
"""

import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import sys
import time

from .support import BUILD, NO_WARNINGS, ROOT, make

FOLDER = os.path.join(BUILD, "coverage")
TRACEFILE = os.path.join(FOLDER, "votesim.info")
# Folder: at least so many per cent of lines, of branches (0: not asked).
THRESHOLDS = {"core": (98.0, 90.0), "sim": (92.0, 0.0)}
ASSERTIONS = r".*\b(ALWAYS|NEVER|MAYBE|ENSURE|assert)\s*\(.*"
NOT_MEASURED = [r".*_test\.c", r".*/fake_.*", r".*/testing\.h", r".*/fuzz_.*", r".*/bench_.*"]
# Of the tests in harness/ those that bring the measured votesim to lines that nothing else here brings it to. The others
# build a votesim of their own, need none, or run for minutes over what C tests run through.
MEASURED = ["cli", "fmt", "lint", "new", "output", "page", "readme", "record", "replay", "reports", "semantic", "swarm", "table", "truth"]
SMALL = ["clients", "errors", "features", "flags", "qdevice", "reload"]
# Of those the ones that search large clusters, or run the library again, through lines that smaller ones run through, too.
NOT_AGAIN = " and ".join(f"not {word}" for word in ("thirty", "sixteen", "seven", "takes_seconds", "jobs_change_nothing", "threads_change_no_byte"))
JOBS = os.cpu_count() or 1
SLOWEST_FIRST = ["swarm_test", "world_test", "explore_test"]


def commands(program: str) -> list[list[str]]:
    """Everything that leaves coverage data, the longest first, so that no processor waits for the last."""
    def rank(path: str) -> tuple[int, str]:
        name = os.path.basename(path)
        return (SLOWEST_FIRST.index(name) if name in SLOWEST_FIRST else len(SLOWEST_FIRST), path)

    tests = [[path] for path in sorted(glob.glob(f"{FOLDER}/**/*_test", recursive=True), key=rank)]
    # The whole library once, as it is run; the rest where clusters are small, so that 384 nodes are not traced at -O0.
    tests += [[program, "run", "-j", "2", "--junit", f"{FOLDER}/junit.xml", "--coverage", f"{FOLDER}/semantic", "--report", f"{FOLDER}/semantic", "scenarios/"],
              [program, "run", "--seed", "1", "-q", *(f"scenarios/{name}" for name in SMALL)],
              [program, "run", "--trace-all", "--trace", "/dev/null", *(f"scenarios/{name}" for name in SMALL)],
              [program, "check", "scenarios/"], [program, "check", "--json", "scenarios/"],
              [program, "bench", "changes", "--nodes", "3", "--changes", "20"]]
    tests += [[sys.executable, "-m", "pytest", "-k", NOT_AGAIN, f"harness/test_{name}.py"] for name in MEASURED]
    return tests


def run(command: list[str], program: str) -> None:
    """Run one of them. What fails is named, and does not stop the rest: `make test` judges."""
    begun = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=1800,
                          env={**os.environ, "VOTESIM": os.path.join(ROOT, program), "TESTS_BRIEF": "1"}, stdin=subprocess.DEVNULL)
    if os.environ.get("V"):
        print(f"{time.monotonic() - begun:7.1f} s  {' '.join(command)}", file=sys.stderr)
    if done.returncode and "--seed" not in command:  # with a seed not all that is expected of the plain run comes
        print(f"exit status {done.returncode}: {' '.join(command)}\n{done.stderr[-500:] or done.stdout[-500:]}", file=sys.stderr)


def run_everything() -> None:
    build = os.path.relpath(FOLDER, ROOT)
    make(f"{build}/votesim", "test-programs", BUILD=build, OPT="-O0", CFLAGS=NO_WARNINGS,
         LDFLAGS="--coverage", CPPFLAGS="--coverage -fprofile-update=atomic")  # runs have threads
    for path in glob.glob(f"{FOLDER}/**/*.gcda", recursive=True):
        os.unlink(path)
    program = f"{build}/votesim"
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:  # gcov locks its files
        for _ in pool.map(lambda command: run(command, program), commands(program)):
            pass


def measure() -> list[dict]:
    """By file: {"filename", "line_covered", "line_total", "branch_covered", "branch_total"}."""
    summary = os.path.join(FOLDER, "summary.json")
    shutil.rmtree(f"{FOLDER}/html", ignore_errors=True)
    os.makedirs(f"{FOLDER}/html")
    excluded = [word for pattern in NOT_MEASURED for word in ("--exclude", pattern)]
    subprocess.run(["gcovr", "-j", str(JOBS), "--root", ROOT, "--filter", "core/", "--filter", "sim/", *excluded,
                    "--exclude-branches-by-pattern", ASSERTIONS, "--json-summary", summary, "--html-details", f"{FOLDER}/html/index.html",
                    "--object-directory", FOLDER, FOLDER], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with open(summary, encoding="utf-8") as file:
        return json.load(file)["files"]


def trace() -> None:
    """The same as a tracefile, for genhtml and what else reads such files."""
    branches = ["--rc", "lcov_branch_coverage=1", "--rc", rf"lcov_excl_br_line={ASSERTIONS}"]
    whole = TRACEFILE + ".whole"
    subprocess.run(["lcov", "-q", *branches, "--capture", "--no-external", "--directory", FOLDER, "--base-directory", ROOT, "-o", whole],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["lcov", "-q", *branches, "--remove", whole, "*_test.c", "*/fake_*", "*/testing.h", "*/fuzz_*", "*/bench_*", "-o", TRACEFILE],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    os.unlink(whole)


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


def semantic() -> bool:
    """What the scenario library covers; whether that is enough is told by votesim."""
    make("all")
    done = subprocess.run(["./votesim", "run", "-q", "-j", str(JOBS), "--coverage", f"{FOLDER}/semantic", "--report", f"{FOLDER}/semantic",
                           "--coverage-min", "reports/coverage.minimum", "scenarios/"], cwd=ROOT, capture_output=True, text=True)
    print(done.stdout[done.stdout.find("coverage\n"):], done.stderr, sep="", end="")
    return done.returncode == 0


INDEX = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>votesim: coverage</title><style>:root {{ color-scheme: light dark; }} body {{ font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; margin: 2rem; }}
th, td {{ text-align: left; padding: .2rem 1rem .2rem 0; }}</style></head><body><main><h1>Coverage</h1>
<ul><li><a href="html/index.html">Lines and branches</a>, file by file; <a href="summary.txt">as text</a>; <a href="votesim.info">for lcov</a></li>
<li><a href="semantic/coverage.html">Behaviour</a>: flags, events, features, rules, errors, checks; <a href="semantic/index.html">the runs</a>; <a href="semantic/coverage.json">as JSON</a></li></ul>
<table><thead><tr><th scope="col">of</th><th scope="col">covered</th></tr></thead><tbody>
{rows}
</tbody></table></main></body></html>
"""


def index(files: list[dict]) -> None:
    """The page that leads to both kinds, with the shares of each."""
    with open(f"{FOLDER}/semantic/coverage.json", encoding="utf-8") as file:
        behaviour = json.load(file)
    rows = []
    for folder in THRESHOLDS:
        inside = [file for file in files if file["filename"].startswith(folder + "/")]
        for kind, words in (("line", "lines"), ("branch", "branches")):
            covered, total = (sum(file[f"{kind}_{what}"] for file in inside) for what in ("covered", "total"))
            rows.append((f"{words} of {folder}/", 1000 * covered // max(1, total)))
    rows += [(table["name"], table["permille"]) for table in behaviour["tables"]] + [("pairs", behaviour["pairs"]["permille"])]
    with open(f"{FOLDER}/index.html", "w", encoding="utf-8") as file:
        file.write(INDEX.format(rows="\n".join(f'<tr><th scope="row">{name}</th><td>{permille // 10}.{permille % 10} %</td></tr>' for name, permille in rows)))


def main() -> int:
    os.makedirs(FOLDER, exist_ok=True)
    run_everything()
    files = measure()
    text, good = table(files)
    trace()
    with open(os.path.join(FOLDER, "summary.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")
    good = semantic() and good
    index(files)
    print("line by line, and what is covered of behaviour: build/coverage/index.html; for lcov: build/coverage/votesim.info")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
