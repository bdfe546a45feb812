"""Removes what runs whose owner is dead have left: `python3 -m harness.live.cleanup`.

Processes, namespaces, links and mounts go by themselves when the owner dies (see processes.py); folders do not.
"""

import glob
import os
import sys
import tempfile

from . import processes


def abandoned() -> list[str]:
    """Folders of earlier runs whose owner lives no more."""
    folders = glob.glob(os.path.join(tempfile.gettempdir(), processes.PREFIX + "*"))
    return [folder for folder in folders if not processes.owner_lives(folder)]


def clean() -> list[str]:
    """Remove what dead owners left, and return the folders removed. Live runs are not touched."""
    folders = abandoned()
    for folder in folders:
        processes.remove_folder(folder)
    return folders


if __name__ == "__main__":
    for removed in clean():
        print(f"removed {removed}", file=sys.stderr)
