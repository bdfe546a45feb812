"""Child processes and folders that cannot outlive the run that made them.

Everything a cluster consists of hangs on processes: namespaces, links and mounts vanish with the last process
inside them. So each process is a direct child of the harness and asks the kernel to be killed with it; what a
killed harness can leave is a folder, and `cleanup` removes those at the next run.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile

PREFIX = "votesim-ground-"
NEEDED = ("corosync", "ip", "unshare", "nsenter", "setpriv", "gcc")


def why_unavailable() -> str | None:
    """Why real clusters cannot run here, in one line; None when they can."""
    if os.geteuid() != 0:
        return "live clusters need root (network and mount namespaces)"
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        return f"live clusters need {', '.join(missing)} (apt-get install corosync libvotequorum-dev iproute2)"
    if not os.path.exists("/usr/include/corosync/votequorum.h"):
        return "live clusters need corosync/votequorum.h (apt-get install libvotequorum-dev)"
    trial = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True, text=True)
    if trial.returncode:
        return f"live clusters need namespaces: {trial.stderr.strip()}"
    return None


def spawn(argv: list[str], **popen) -> subprocess.Popen:
    """Start `argv` so that the kernel kills it when the calling thread ends.

    Call it from a thread that lives as long as the cluster. Standard input is empty unless given.
    Its own session keeps a terminal's Ctrl-C for the harness, which then takes the cluster down in order.
    Raises OSError as `subprocess.Popen` does.
    """
    popen.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *argv], start_new_session=True, **popen)


def kill(process: subprocess.Popen) -> None:
    """Kill a child with SIGKILL and reap it; nothing to do when it has ended."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            try:
                stream.close()
            except BrokenPipeError:
                pass


def birth(pid: int) -> int | None:
    """Start time of process `pid` in clock ticks since boot, which tells it from a later one with its number; None when it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
            return None if fields[0] in "ZX" else int(fields[19])
    except (FileNotFoundError, ProcessLookupError):
        return None


def make_folder() -> str:
    """Make this run's folder, whose name says who its owner is; the caller removes it with `remove_folder`."""
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-{birth(os.getpid())}-")


def owner_lives(folder: str) -> bool:
    """Does the process live that made this folder?"""
    parts = os.path.basename(folder).removeprefix(PREFIX).split("-")
    if len(parts) != 3 or not parts[0].isdigit():
        return True  # It is not one of ours.
    return str(birth(int(parts[0]))) == parts[1]


def remove_folder(folder: str) -> None:
    """Remove a folder made by `make_folder`, whatever is left in it."""
    shutil.rmtree(folder, ignore_errors=True)


# ---- being ended -------------------------------------------------------------------

_holds = 0
_signalled = False


def _note(number, _frame):
    global _signalled
    _signalled = True
    if not _holds:
        sys.exit(128 + number)


def end_in_order() -> None:
    """From now on SIGTERM and SIGINT end this process by SystemExit, inside `held` not before it is left or `check_ended`."""
    signal.signal(signal.SIGTERM, _note)
    signal.signal(signal.SIGINT, _note)


@contextlib.contextmanager
def held():
    """What is begun inside is not torn apart by a signal: it asks `check_ended` where it may end."""
    global _holds
    _holds += 1
    try:
        yield
    finally:
        _holds -= 1
    if not _holds:
        check_ended()


def check_ended() -> None:
    """Raise SystemExit when a signal has come."""
    if _signalled:
        sys.exit(1)
