"""What every test needs: where things are, how programs are built and run."""

import contextlib
import fcntl
import functools
import os
import subprocess
import warnings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build")
CLEAN = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": os.environ.get("HOME", "/")}


class MissingTool(UserWarning):
    """Something was not tested because Debian does not give what it needs here."""


@contextlib.contextmanager
def lock(name: str):
    """One process at a time: for what the workers of one test run share."""
    os.makedirs(BUILD, exist_ok=True)
    with open(os.path.join(BUILD, name + ".lock"), "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make(*targets: str, **variables: str) -> None:
    """Run make in the repo. Raises AssertionError with make's words when it fails."""
    command = ["make", "--no-print-directory", "-j2", *(f"{key}={value}" for key, value in variables.items()), *targets]
    with lock("make"):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "MAKEFLAGS": ""})
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


# Warnings are judged by the build that users have; other compilers and options warn of other things.
NO_WARNINGS = "-g -w"


def built(folder: str, **variables: str) -> str:
    """The path of a votesim built with these make variables in build/FOLDER."""
    build = f"build/{folder}"
    make(f"{build}/votesim", BUILD=build, **{"CFLAGS": NO_WARNINGS, **variables})
    return os.path.join(ROOT, build, "votesim")


def votesim(program: str | list, *arguments: str, timeout: float = 120, **options) -> subprocess.CompletedProcess:
    """Run `program` (a path, or a command to put before the arguments) in the repo, output as text."""
    command = [program] if isinstance(program, str) else list(program)
    options = {"cwd": ROOT, "capture_output": True, "text": True, "timeout": timeout, "stdin": subprocess.DEVNULL, **options}
    return subprocess.run([*command, *arguments], **options)


def scenario_files() -> list[str]:
    """Every scenario of the library, as paths from the root, sorted."""
    found = []
    for folder, _, names in os.walk(os.path.join(ROOT, "scenarios")):
        found += [os.path.relpath(os.path.join(folder, name), ROOT) for name in names if name.endswith((".yaml", ".yml"))]
    return sorted(found)


def missing(what: str, package: str) -> None:
    """Skip the test that calls this, loudly: the summary warns too."""
    import pytest
    warnings.warn(MissingTool(f"{what} is not here: apt-get install {package}"))
    pytest.skip(f"{what} is not here: apt-get install {package}")


@functools.cache
def _npm_went_without(folder: str) -> str | None:
    """Why a folder has no packages; None when it has them. Asked once a process: a registry out of reach takes a while to say so."""
    with lock("npm"):
        done = subprocess.run(["harness/npm.sh", folder], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return None if os.path.exists(f"{ROOT}/{folder}/node_modules/.made-from.json") else done.stderr.strip().removeprefix("npm: ")


def npm(folder: str) -> str:
    """The path of a folder whose packages harness/npm.sh has installed; skips the test where they are not to be had."""
    import pytest
    reason = _npm_went_without(folder)
    if reason:
        pytest.skip(reason)
    return os.path.join(ROOT, folder)
