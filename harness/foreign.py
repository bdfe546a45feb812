"""Debian's YAML library for a machine of another kind, without making the host a host of two kinds.

apt-get gets lists, cache and configuration of its own in build/apt/; the package is unpacked, never installed.
"""

import glob
import os
import subprocess

from .support import BUILD, ROOT, lock

APT = os.path.join(BUILD, "apt")
PACKAGES = {"-lfyaml": "libfyaml-dev", "-lyaml": "libyaml-dev"}


class NoPackage(RuntimeError):
    """apt-get could not give it; the text says what it said."""


def yaml_library() -> str:
    """The linker's flag for the library that the scenario reader uses, as the Makefile decides."""
    done = subprocess.run(["make", "-s", "--no-print-directory", "yaml-lib"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def apt(architecture: str, folder: str, *arguments: str) -> None:
    """apt-get as if on a machine of `architecture`, everything it writes in `folder`. Raises NoPackage."""
    options = {"APT::Architecture": architecture, "APT::Architectures": architecture,
               "Dir::State": f"{folder}/state", "Dir::State::status": f"{folder}/status",
               "Dir::Cache": f"{folder}/cache", "Debug::NoLocking": "true", "APT::Sandbox::User": "root",
               "APT::Get::List-Cleanup": "false", "Acquire::Languages": "none"}
    command = ["apt-get", "-q"] + [f"-o{key}={value}" for key, value in options.items()] + list(arguments)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise NoPackage(f"{' '.join(arguments)} for {architecture}: {done.stderr.strip()[-300:]}")


def unpacked(architecture: str) -> str:
    """The folder of the unpacked YAML library for Debian's `architecture`: `include` and the static library's folder
    lie under its usr/. Raises NoPackage."""
    package = PACKAGES[yaml_library()]
    folder = os.path.join(APT, architecture)
    root = os.path.join(folder, package)
    with lock("apt"):
        if glob.glob(f"{root}/usr/lib/*/*.a"):
            return root
        os.makedirs(f"{folder}/state/lists/partial", exist_ok=True)
        os.makedirs(f"{folder}/cache/archives/partial", exist_ok=True)
        with open(f"{folder}/status", "w", encoding="utf-8"):
            pass
        try:
            apt(architecture, folder, "update")
        except NoPackage:
            pass  # One list of several may be out of step; the package's own may be there all the same.
        apt(architecture, folder, "download", package)
        archive = sorted(glob.glob(f"{folder}/{package}_*.deb"))[-1]
        subprocess.run(["dpkg", "-x", archive, root], check=True)
    return root


def make_variables(architecture: str, compiler: str) -> dict[str, str]:
    """What to give make for a static votesim of `architecture`. Raises NoPackage."""
    root = unpacked(architecture)
    library = glob.glob(f"{root}/usr/lib/*/*.a")[0]
    return {"CC": compiler, "LDFLAGS": "-static", "YAML_LIB": library, "CPPFLAGS": f"-I{root}/usr/include"}
