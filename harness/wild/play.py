"""Plays one case on a real cluster: `python3 -m harness.wild.play --work` reads {"case"} and prints what came of it."""

import json
import re
import sys
import time

from harness.live import processes, recorder


def lateness_ms(ground) -> int:
    """By how much the machine was late at worst: this process, or daemons that were not paused, by their own words."""
    gaps = [float(gap) for node in ground.cluster.nodes.values() if not node.ever_paused
            for gap in re.findall(r"not scheduled for ([\d.]+) ms", node.log())]
    return round(max([ground.late_s * 1000, *gaps]))


class Player(recorder.Recorder):
    """Notes when each step begins, and goes on where a daemon has ended by itself."""

    def __init__(self, case):
        super().__init__(case)
        self.began = []

    def _step(self, step, settle=True):
        if len(self.began) <= self.step:
            self.began.append(time.monotonic_ns())
        verb, *nodes = step
        if verb in ("stop", "crash"):
            step = [verb, *(node for node in nodes if node in self.cluster.running())]
        elif verb in ("pause", "reload", "cmap") and nodes[0] not in self.cluster.running():
            return
        super()._step(step, settle)


def play(case: dict) -> dict:
    """{"case", "events", "late_ms", "began_ns" (when each step did), and "complaints" when a step did not settle}. Raises as a Recorder does."""
    with processes.held(), Player(case) as ground:
        result = {"case": case, "events": ground.run(), "late_ms": lateness_ms(ground)}
        result["began_ns"] = [moment - ground.began[0] for moment in ground.began]
        if ground.complaints:
            result["complaints"] = ground.complaints
        return result


if __name__ == "__main__":
    processes.end_in_order()
    json.dump(play(json.load(sys.stdin)["case"]), sys.stdout)
