"""Removes what runs whose owner is dead have left: `python3 -m harness.live.cleanup`.

Processes, namespaces, links and mounts go by themselves when the owner dies (see processes.py); folders do not.
"""

import glob
import json
import os
import sys
import tempfile

from . import processes


def abandoned() -> list[str]:
    """Folders of earlier runs whose owner lives no more."""
    found = []
    for folder in glob.glob(os.path.join(tempfile.gettempdir(), processes.PREFIX + "*")):
        try:
            with open(os.path.join(folder, processes.OWNER_FILE), encoding="ascii") as file:
                owner = json.load(file)
        except (OSError, ValueError):
            # Just made and not yet marked, or marked only in part: its owner gets a minute to say so.
            try:
                if os.stat(folder).st_mtime + 60 > os.stat("/proc/self").st_mtime:
                    continue
            except OSError:
                continue
            owner = {"pid": 0, "birth": None}
        if processes.birth(owner["pid"]) is None or processes.birth(owner["pid"]) != owner["birth"]:
            found.append(folder)
    return found


def clean() -> list[str]:
    """Remove what dead owners left, and return the folders removed. Live runs are not touched."""
    folders = abandoned()
    for folder in folders:
        processes.remove_folder(folder)
    return folders


if __name__ == "__main__":
    for removed in clean():
        print(f"removed {removed}", file=sys.stderr)
