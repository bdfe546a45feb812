"""The rules of the house, as far as a program can check them: what includes what, what the core may call, what
every folder and the Makefile say.
"""

import glob
import os
import re
import shutil
import subprocess

import pytest

from .support import ROOT, make, missing

# What the core may call: memory and text, nothing that allocates, tells the time, or does I/O; and the ways to end
# when an assertion fails.
CORE_CALLS = {"memchr", "memcmp", "memcpy", "memmove", "memset", "strcmp", "strlen", "strncmp", "strchr", "abort",
              "fprintf", "stderr", "__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_"}


def sources(folder: str) -> list[str]:
    return sorted(os.path.relpath(path, ROOT) for suffix in "ch" for path in glob.glob(f"{ROOT}/{folder}/**/*.{suffix}", recursive=True))


def includes(path: str) -> list[str]:
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return re.findall(r'^#include "([^"]+)"', file.read(), re.M)


@pytest.fixture(scope="module")
def symbols() -> list[tuple[str, str]]:
    """(kind, name) of every symbol in the core's library, as nm tells them."""
    make("build/libvotequorum_core.a")
    done = subprocess.run(["nm", "build/libvotequorum_core.a"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [(words[-2], words[-1]) for words in map(str.split, done.stdout.splitlines()) if len(words) >= 2]


def test_the_core_calls_nothing_but_itself_and_memory(symbols):
    own = {name for kind, name in symbols if kind not in "Uw"}
    called = {name for kind, name in symbols if kind == "U"}
    assert called - own <= CORE_CALLS


def test_the_core_has_no_global_that_changes(symbols):
    done = subprocess.run(["objdump", "-t", "build/libvotequorum_core.a"], cwd=ROOT, capture_output=True, text=True, check=True)
    objects = [line.split() for line in done.stdout.splitlines() if " O " in line]
    assert objects
    assert [words[-1] for words in objects if re.search(r"\s(\.data|\.bss|\*COM\*|\.t\w+)\s", " ".join(words) + " ")] == []


def test_the_core_exports_its_own_names_only(symbols):
    assert [name for kind, name in symbols if kind in "TRV" and not name.startswith("vq")] == []


def test_arrows_point_one_way():
    """core/ knows nobody; sim/ knows the core's public headers; sim/check/ does not even know the world."""
    public = {"core/votequorum.h", "core/message.h"}
    for path in sources("core"):
        if not path.endswith("_test.c") and not os.path.basename(path).startswith(("fuzz_", "fake_")):
            assert all("/" not in name or name.startswith("core/") for name in includes(path)), path
    for path in sources("sim"):
        assert {name for name in includes(path) if name.startswith("core/")} <= public | {"core/fake_host.h"}, path
        assert not [name for name in includes(path) if name.startswith(("harness/", "reports/"))], path
    for path in sources("sim/check"):
        if not path.endswith("_test.c"):
            known = ("sim/check/", "sim/world/observe.h", "sim/scenario/scenario.h", "core/votequorum.h", "sim/ensure.h")
            assert [name for name in includes(path) if "/" in name and not name.startswith(known)] == [], path


def test_every_folder_says_what_lives_there():
    folders = ["core", "sim", "scenarios", "harness", "reports"]
    assert [name for name in folders if not os.path.exists(os.path.join(ROOT, name, "README.md"))] == []


def test_help_names_every_target_that_people_call():
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("all", "run", "test", "check-format", "report-template", "test-report", "report-screenshots", "coverage", "fuzz", "fuzz-corpus", "bench", "mutants", "mutants-all", "conform", "truth", "wild", "clean", "help"):
        assert f"make {target} " in told


def test_set_up_is_silent_when_nothing_is_missing():
    done = subprocess.run(["harness/setup.sh", "run"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_set_up_says_in_one_line_what_it_cannot_install(tmp_path):
    """With a dpkg-query that knows nothing, and neither root nor sudo."""
    for name, text in (("dpkg-query", "exit 1"), ("id", "echo 1000")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    for tool in ("awk", "sh", "env"):
        (tmp_path / tool).symlink_to(subprocess.run(["which", tool], capture_output=True, text=True, check=True).stdout.strip())
    done = subprocess.run(["harness/setup.sh", "run"], cwd=ROOT, capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "apt-get install" in done.stderr and "libyaml-dev" in done.stderr


@pytest.mark.parametrize("lock, registry, status, words", [
    ('{"lockfileVersion": 3, "packages": {"": {"dependencies": {"preact": "11.2.0"}}, "node_modules/preact": {"version": "11.2.0"}}}', "http://127.0.0.1:9/",
     0, "the registry cannot be reached, so FOLDER goes without its packages"),
    ("no json", "", 2, "npm ci failed in FOLDER"),
])
def test_packages_that_npm_does_not_give_are_told(tmp_path, lock, registry, status, words):
    """Without the registry tests are skipped; anything else fails."""
    if not shutil.which("npm"):
        missing("npm", "nodejs npm")
    (tmp_path / "package.json").write_text('{"private": true, "dependencies": {"preact": "11.2.0"}}')
    (tmp_path / "package-lock.json").write_text(lock)
    environment = {**os.environ, "npm_config_fetch_retries": "0", "npm_config_registry": registry, "npm_config_cache": str(tmp_path / "cache")}
    done = subprocess.run(["harness/npm.sh", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == status and words.replace("FOLDER", str(tmp_path)) in done.stderr
    assert not (tmp_path / "node_modules").exists()


@pytest.mark.parametrize("code, status", [("SELF_SIGNED_CERT_IN_CHAIN", 0), ("E407", 0), ("ETIMEDOUT", 0), ("EINTEGRITY", 2), ("E404", 2)])
def test_what_npm_fails_of_decides(tmp_path, code, status):
    """With an npm that fails of `code`: no way to the registry is no failure, a lock file that cannot be followed is one."""
    (tmp_path / "npm").write_text(f"#!/bin/sh\necho 'npm ERR! code {code}'\nexit 1\n")
    (tmp_path / "npm").chmod(0o755)
    (tmp_path / "package-lock.json").write_text("{}")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["harness/npm.sh", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == status and code in done.stderr
