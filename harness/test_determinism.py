"""The same scenario gives the same bytes of trace, whatever machine, compiler, clock, locale or surroundings.

A corpus (the scenario library and the recordings as scenarios) is run once by the plain build; every other test runs
it again with one thing changed, and compares the whole trace, the exit status, and what was printed: the plain run's,
and a seeded run's, in which everything that can be random is.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess
import threading
import time

import pytest

from . import foreign, truth_to_scenario
from .support import BUILD, ROOT, built, lock, missing

SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
RUNS = {"plain": [], "seeded": ["--seed", "7"]}


@pytest.fixture(scope="session")
def corpus() -> list[str]:
    """Absolute paths: the scenario library, and every recording as a scenario."""
    folder = os.path.join(BUILD, "determinism")
    with lock("determinism"):
        if not glob.glob(f"{folder}/*.yaml"):
            for recording in truth_to_scenario.read(os.path.join(ROOT, "harness", "truth", "shown.jsonl")):
                truth_to_scenario.write(recording, folder)
    return [os.path.join(ROOT, "scenarios"), folder]


def run(command: list[str], corpus: list[str], environment: dict | None = None, **options) -> dict[str, tuple]:
    """By kind of run: exit status, hash and size of the trace, what else was printed (each run's own hash of its trace, too)."""
    results = {}
    for kind, arguments in RUNS.items():
        done = subprocess.run([*command, "run", "--trace", "-", *arguments, *corpus], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=600, env={**os.environ, **(environment or {})}, **options)
        assert done.returncode in (0, 1), done.stderr.decode(errors="replace")[-3000:]
        results[kind] = (done.returncode, hashlib.sha256(done.stdout).hexdigest(), len(done.stdout), done.stderr)
    return results


@pytest.fixture(scope="session")
def reference(program, corpus) -> dict[str, tuple]:
    results = run([program], corpus)
    assert results["plain"][2] > 100_000, "a corpus worth comparing"
    assert results["plain"][1] != results["seeded"][1], "a seed changes something"
    return results


def test_twice_in_a_row(program, corpus, reference):
    assert run([program], corpus) == reference


@pytest.mark.parametrize("folder, variables", [
    ("gcc-O0", {"CC": "gcc", "OPT": "-O0"}),
    ("gcc-O3", {"CC": "gcc", "OPT": "-O3 -funsigned-char"}),
    ("clang-O0", {"CC": "clang", "OPT": "-O0"}),
    ("clang-O3", {"CC": "clang", "OPT": "-O3"}),
    ("asan", {"CC": "gcc", "OPT": "-O1", "LDFLAGS": SANITIZERS, "CPPFLAGS": SANITIZERS}),
    ("asan-clang", {"CC": "clang", "OPT": "-O1", "LDFLAGS": SANITIZERS, "CPPFLAGS": SANITIZERS}),
])
def test_compilers(folder, variables, corpus, reference):
    """gcc and clang, nothing and everything optimised, with the address and undefined behaviour sanitizers."""
    if not shutil.which(variables["CC"]):
        missing(variables["CC"], variables["CC"])
    assert run([built(folder, **variables)], corpus) == reference


@pytest.mark.parametrize("architecture, compiler, emulator", [
    ("i386", "i686-linux-gnu-gcc", "qemu-i386"),    # 32 bits: another size_t, other padding
    ("s390x", "s390x-linux-gnu-gcc", "qemu-s390x"),  # the other byte order
])
def test_other_machines(architecture, compiler, emulator, corpus, reference):
    for tool, package in ((compiler, compiler.removesuffix("-gcc").join(("gcc-", ""))), (emulator, "qemu-user")):
        if not shutil.which(tool):
            missing(tool, package)
    try:
        variables = foreign.make_variables(architecture, compiler)
    except foreign.NoPackage as why:
        missing(f"the YAML library for {architecture} ({why})", "libyaml-dev")
    assert run([emulator, built(architecture, **variables)], corpus) == reference


@pytest.mark.parametrize("faked", ["@1970-01-02 00:00:00", "@2038-01-19 03:14:00", "@2100-02-28 23:59:59", "+0 x100", "+0 x0.01"])
def test_other_clocks(faked, program, corpus, reference):
    """At other dates, and with a clock that goes 100 times faster or slower."""
    if not os.path.exists(FAKETIME):
        missing("libfaketime", "libfaketime")
    assert run([program], corpus, {"LD_PRELOAD": FAKETIME, "FAKETIME": faked}) == reference


def test_a_clock_that_jumps(program, corpus, reference, tmp_path):
    """Years forth and back every few milliseconds while it runs."""
    if not os.path.exists(FAKETIME):
        missing("libfaketime", "libfaketime")
    clock = tmp_path / "clock"
    clock.write_text("@2001-01-01 00:00:00\n")
    over = threading.Event()

    def jump():
        year = 0
        while not over.is_set():
            year = (year + 13) % 60
            (tmp_path / "next").write_text(f"@{2001 + year}-01-01 00:00:00\n")
            os.replace(tmp_path / "next", clock)
            time.sleep(0.003)

    jumper = threading.Thread(target=jump)
    jumper.start()
    try:
        result = run([program], corpus, {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"})
    finally:
        over.set()
        jumper.join()
    assert result == reference


@pytest.mark.parametrize("name", ["tr_TR", "de_DE", "ar_EG"])
def test_other_locales(name, program, corpus, reference):
    """A dotless i, a decimal comma, other digits. The locales are made in build/, the machine's are left alone."""
    folder = os.path.join(BUILD, "locale")
    if not shutil.which("localedef") or not os.path.exists(f"/usr/share/i18n/locales/{name}"):
        missing(f"the locale {name}", "locales")
    with lock("locale"):
        if not os.path.exists(f"{folder}/{name}.UTF-8"):
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["localedef", "-i", name, "-f", "UTF-8", f"{folder}/{name}.UTF-8"], check=True, capture_output=True)
    locale = {"LOCPATH": folder, "LC_ALL": f"{name}.UTF-8", "LANG": f"{name}.UTF-8", "LANGUAGE": name}
    assert run([program], corpus, locale) == reference


@pytest.mark.parametrize("environment", [
    {"LC_ALL": "POSIX"},
    {"TZ": "Pacific/Kiritimati"}, {"TZ": ":/nowhere"},
    {"PADDING": "x" * 100_000},
    {"MALLOC_PERTURB_": "165"}, {"MALLOC_ARENA_MAX": "1", "MALLOC_PERTURB_": "90"},
    {"HOME": "/nowhere", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "7"},
    {"CI": "true", "CLICOLOR_FORCE": "0"},
], ids=lambda environment: next(iter(environment)))
def test_other_surroundings(environment, program, corpus, reference):
    assert run([program], corpus, environment) == reference


def test_an_empty_environment(program, corpus, reference):
    assert run(["env", "-i", program], corpus) == reference


def test_other_working_folders(program, corpus, reference, tmp_path):
    assert run([program], corpus, cwd=tmp_path)["plain"][:3] == reference["plain"][:3]
    relative = [os.path.relpath(path, ROOT) for path in corpus]
    assert run([program], relative, cwd=ROOT)["plain"][:3] == reference["plain"][:3]


def test_other_addresses(program, corpus, reference):
    """Without address space randomisation, and with as little and as much stack as is usual."""
    if subprocess.run(["setarch", "-R", "true"], capture_output=True).returncode:
        missing("setarch -R (not permitted here)", "util-linux")
    assert run(["setarch", "-R", program], corpus) == reference
    assert run(["sh", "-c", 'ulimit -s 512; exec "$@"', "sh", program], corpus) == reference


def test_every_scenario_alone_gives_its_part_of_the_trace(program, corpus):
    """What ran before in the same process leaves nothing behind."""
    files = sorted(glob.glob(f"{corpus[1]}/*.yaml"))
    alone = b"".join(subprocess.run([program, "run", "--trace", "-", path], capture_output=True).stdout for path in files)
    together = subprocess.run([program, "run", "--trace", "-", *files], capture_output=True).stdout
    label = re.compile(rb',"(scenario|variant)":"[^"]*"')
    lines = [[label.sub(b"", line) for line in text.splitlines() if line.startswith(b"{")] for text in (alone, together)]
    assert lines[0] == lines[1]
