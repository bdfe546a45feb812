"""Makes a case smaller that the simulator does not give, on real daemons: leaves out steps as long as it stays so."""

import json
import os

from harness import truth_to_scenario as truth
from harness.live.pool import Pool

from . import judge

SECONDS = 5  # for each search; a case that takes longer to explain counts as different


def smaller(case: dict, size: int) -> list[dict]:
    """The case without each run of `size` steps in turn."""
    steps = case["steps"]
    return [{**case, "name": f"{case['name'].partition('~')[0]}~{size}.{begin}", "steps": steps[:begin] + steps[begin + size:]}
            for begin in range(0, len(steps), size)]


def wrong(recording: dict | None, program: str, folder: str, verdicts: tuple) -> bool:
    """Is it still not given?"""
    return recording is not None and "complaints" not in recording and judge.judge(recording, program, folder, SECONDS)[0] in verdicts


def shrink(case: dict, program: str, worker: str, folder: str, jobs: int, verdicts: tuple = ("different",)) -> dict:
    """The smallest found: a recording, or the case itself when nothing could be left out."""
    best, size = {"case": case, "events": []}, max(1, len(case["steps"]) // 2)
    while size:
        found = None
        candidates = smaller(best["case"], size)
        with Pool(jobs, worker) as pool:
            for _, recording in pool.as_ended([{"case": one} for one in candidates]):
                if wrong(recording, program, folder, verdicts):
                    found = recording
                    break
        if found:
            best, size = found, min(size, max(1, len(found["case"]["steps"]) // 2))
            print(f"{len(best['case']['steps'])} steps: {json.dumps(best['case'])}", flush=True)
        else:
            size //= 2
    return best


def main(options, program: str, worker: str) -> int:
    """The command: shrink each recording named, and keep what is left in FOLDER/shrunken.jsonl."""
    for recording in truth.read(options.shrink):
        if options.only in recording["case"]["name"]:
            best = shrink(recording["case"], program, worker, os.path.join(options.output, "scenarios"), options.jobs)
            with open(os.path.join(options.output, "shrunken.jsonl"), "a", encoding="utf-8") as file:
                file.write(json.dumps(best, separators=(",", ":")) + "\n")
    return 0
