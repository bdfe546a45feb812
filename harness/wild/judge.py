"""Does the simulator give a recording: by its plain run, in another interleaving, at all rests, or not?"""

import os
import subprocess

from harness import truth_to_scenario as truth
from harness.support import votesim

ORDER = ["same", "explained", "settled", "different", "skipped"]


def states(conversion: truth.Conversion, lines: list[dict], steps: int) -> dict:
    """By client: what it was told last of each kind, at the end of every recorded step; and all that it was answered."""
    found = {}
    for client in {line["client"] for line in lines if "client" in line}:
        own = [line for line in lines if line.get("client") == client]
        callbacks = [line for line in own if "callback" in line]
        callbacks = callbacks[truth.certain_from(conversion, client, callbacks):]
        known, at_end = {}, []
        for step in range(steps):
            for line in callbacks:
                if line["step"] == step:
                    known[line["callback"]] = {key: value for key, value in line.items() if key not in ("step", "ring")}
            at_end.append(dict(known))
        replies = [truth.without_step(line) for line in own if "reply" in line]
        found[client] = at_end, replies
    return found


def answered(lines: list[dict]) -> set[str]:
    """The clients that were answered something."""
    return {line["client"] for line in lines if "reply" in line}


def judge(recording: dict, program: str, folder: str, seconds: float) -> tuple[str, str]:
    """(one of ORDER, why). The scenario and what it should give are left in `folder`, as NAME.yaml and NAME.expected."""
    try:
        conversion = truth.write(recording, folder)
    except truth.ConversionError as error:
        return "skipped", str(error)
    path = os.path.join(folder, conversion.name)
    run = votesim(program, "run", "-q", "--trace-all", "--trace", "-", path + ".yaml")
    if run.returncode not in (0, 1):
        return "skipped", run.stderr.strip()
    played, traced = truth.from_recording(conversion, recording["events"]), truth.from_trace(conversion, run.stdout)
    texts = truth.differences(conversion, played, traced)
    if not texts:
        return "same", ""
    why = "\n".join(texts)
    # A client that nothing is recorded of is not looked at there.
    comparable = answered(played) == answered(traced)
    found = explanation(program, path, seconds) if comparable else None
    if not found and comparable and recording.get("began_ns"):
        found = timed_explanation(recording, conversion, program, path, seconds)
    if found:
        return "explained", found
    steps = len(recording["case"]["steps"])
    if states(conversion, played, steps) == states(conversion, traced, steps):
        return "settled", why
    return "different", why


def timed(text: str, recorded_step: list[int], began_ns: list[int]) -> str:
    """The scenario with each step at the moment at which it began on the daemons, instead of some time after the one before."""
    lines, number = [], -1
    for line in text.splitlines():
        if line.startswith("    after: "):
            continue
        if line.startswith("  - "):
            number += 1
            last = number + 1 == len(recorded_step) or recorded_step[number + 1] != recorded_step[number]
            if line.startswith("  - wait: ") and last and number + 1 < len(recorded_step):
                line = "  - wait: 0ms"  # what comes next says itself when
        lines.append(line)
        if line.startswith("  - ") and (number == 0 or recorded_step[number] != recorded_step[number - 1]):
            lines.append(f"    at: {began_ns[recorded_step[number]]}ns")
    return "\n".join(lines) + "\n"


def timed_explanation(recording: dict, conversion: truth.Conversion, program: str, path: str, seconds: float) -> str | None:
    """The same for the daemons' own moments: timers of votequorum and its devices may fire before or after a step."""
    with open(path + ".timed.yaml", "w", encoding="utf-8") as file:
        file.write(timed(conversion.text, conversion.recorded_step, recording["began_ns"]))
    found = explanation(program, path, seconds, ".timed.yaml")
    return found and found + "\n  each step at the moment at which it began on the daemons"


def explanation(program: str, path: str, seconds: float, kind: str = ".yaml") -> str | None:
    """What `votesim explain` says of PATH.yaml (or another `kind`) and PATH.expected; None when it found nothing in that time."""
    try:
        run = votesim(["nice", "-n", "15", program], "explain", path + kind, "--recording", path + ".expected", timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    if run.returncode not in (0, 1):
        return None
    return run.stdout.strip() if run.returncode == 0 else None
