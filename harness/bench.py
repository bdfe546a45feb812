"""Measures what is worth measuring, and prints medians with the command that gave each.

usage: python3 -m harness.bench [--times N] [--json FILE] [PART...]

Reports only: no test depends on a time. What each number stands beside is in the column `asked`; 94 and 45 changes a
second are corosync-vqsim 3.1.7 at 3 and 32 nodes on the machine where that was measured.

votesim explore runs the whole votequorum of every node, with rings, messages and the judge, and stands beside SPIN on a
model written by hand (harness/spin/cluster.pml) that searches the same events: once a model that answers the question
"is at most one component quorate?" and no other, once one that also keeps what the daemons remember, which makes about
as many states as explore's. Bytes a state: what the process takes at its peak, less what it takes for one event.

An event tried is run through the cores of all nodes, or its outcome is known without (sim/explore/walker.h). The engine's
rate counts those that were run, and nothing else, by the CPU's seconds: the walks back to a state and what is known
without are in them.
"""

import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from . import spin
from .support import ROOT

PROGRAM = "./votesim"
SMALL = """\
scenario: small
cluster: {nodes: 3}
steps:
  - start: all
  - partition: [[1, 2], [3]]
    expect: {quorate: {1: true, 3: false}}
"""
SIZES = [3, 8, 16, 32, 64, 128, 256, 384]
PARTS = ["changes", "queue", "start_up", "library", "random_runs", "engine", "exploration", "pages"]
STATES_THAT_TELL_BYTES = 10000  # of fewer the process itself is most
VQSIM_CHANGES_PER_S = {3: 94, 32: 45}


def pinned(command: list[str]) -> list[str]:
    """The command, kept to one core."""
    return ["taskset", "-c", "0", *command]


def output_of(command: list[str]) -> dict:
    """The last line that the command prints, which is JSON. Raises CalledProcessError, ValueError."""
    done = subprocess.run(pinned(command), cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def median_of(command: list[str], key: str, times: int) -> float:
    """Median of the number named `key` in what the command prints, over `times` runs."""
    return statistics.median(float(output_of(command)[key]) for _ in range(times))


def wall_s(command: list[str], times: int) -> float:
    """Median seconds from start to end of a command."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        subprocess.run(pinned(command), cwd=ROOT, check=True, capture_output=True)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def slope(points: list[tuple[int, float]]) -> float:
    """The exponent of growth: least squares on logarithms."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    x_mean, y_mean = statistics.mean(xs), statistics.mean(ys)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / sum((x - x_mean) ** 2 for x in xs)


def changes(times: int) -> list[dict]:
    """Membership changes of a settled cluster, every node tracked, checks on, by size; memory of the world; growth."""
    rows, cost = [], []
    asked = {3: ">= 100000 /s", 32: ">= 3000 /s", 384: "< 0.2 s each"}
    for size in SIZES:
        count = max(10, min(20000, 2_000_000 // size**2))
        command = [PROGRAM, "bench", "changes", "--nodes", str(size), "--changes", str(count)]
        results = [output_of(command) for _ in range(times)]
        rate = statistics.median(float(result["changes_per_second"]) for result in results)
        cost.append((size, 1.0 / rate))
        beside = f", {rate / VQSIM_CHANGES_PER_S[size]:.0f} x vqsim" if size in VQSIM_CHANGES_PER_S else ""
        rows.append(row(f"changes of {size} nodes", f"{rate:,.0f} /s ({1e3 / rate:.3g} ms each{beside})", asked.get(size, ""), command, rate))
        if "world_bytes" in results[0]:
            rows.append(row(f"world of {size} nodes", f"{results[0]['world_bytes'] / 1024:,.0f} KiB", "", command, results[0]["world_bytes"]))
    growth = slope([point for point in cost if point[0] >= 32])
    rows.append(row("growth of a change's cost", f"nodes^{growth:.2f} from 32 to 384 nodes", "<= nodes^2", [PROGRAM, "bench", "changes", "..."], growth))
    return rows


def queue(times: int) -> list[dict]:
    """Events through the queue with 4096 pending."""
    rate = median_of(["build/bench_queue"], "events_per_second", times)
    return [row("event queue, 4096 pending", f"{rate / 1e6:.1f} M events/s", ">= 10 M /s", ["build/bench_queue"], rate)]


def start_up(times: int) -> list[dict]:
    """A whole `votesim run` of one small scenario."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(SMALL)
        file.flush()
        taken = wall_s([PROGRAM, "run", file.name], max(times, 21))
    nothing = wall_s(["/bin/true"], max(times, 21))
    return [row("run of one small scenario", f"{taken * 1e3:.2f} ms (of which a process: {nothing * 1e3:.2f} ms)", "< 5 ms",
                [PROGRAM, "run", "small.yaml"], taken)]


def library(times: int) -> list[dict]:
    """The whole scenario library."""
    return [row("the scenario library", f"{wall_s([PROGRAM, 'run', 'scenarios/'], times) * 1e3:.0f} ms", "", [PROGRAM, "run", "scenarios/"], 0)]


def split(nodes: int) -> str:
    """A scenario of so many nodes in which half are cut off and come back, and an expectation fails at the end."""
    return (f"scenario: split-{nodes}\ncluster: {{nodes: {nodes}, capacity: {max(nodes, 384)}}}\nsteps:\n  - start: {{nodes: all, together: true}}\n"
            f"  - trackstart: {{node: 1, client: one, flags: [CHANGES]}}\n  - partition: [{list(range(1, nodes // 2 + 1))}]\n  - heal: all\n"
            f"  - crash: {nodes}\n    expect: {{quorate: {{1: false}}}}\n")


def pages(times: int) -> list[dict]:
    """How long the HTML report takes to load and to answer, in Debian's Chromium, on as many cores as there are; nothing where that is not to be had."""
    modules = f"{ROOT}/reports/html/node_modules"
    if not os.path.isdir(modules) or not shutil.which("chromium"):
        print("pages: not measured: chromium or npm's packages are not here (make bench installs them)", file=sys.stderr)
        return []
    rows, files = [], []
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("small.yaml", SMALL.replace("3: false", "3: true")), ("384.yaml", split(384)), ("500.yaml", split(500))):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
            subprocess.run([PROGRAM, "run", "--report", f"{folder}/{name}.d", f"{folder}/{name}"], cwd=ROOT, capture_output=True, check=False)
            files.append(f"{folder}/{name}.d/index.html")
        subprocess.run([PROGRAM, "run", "--report", f"{folder}/library", "scenarios/"], cwd=ROOT, capture_output=True, check=True)
        files.append(f"{folder}/library/index.html")
        done = subprocess.run(["node", "test/times.mjs", str(times), *files], cwd=f"{ROOT}/reports/html", capture_output=True, text=True, check=True)
        names = ["a failing run of 3 nodes"] + [f"{nodes} nodes, {events_in(file) / 1e6:.1f} M events" for nodes, file in ((384, files[1]), (500, files[2]))] + ["the scenario library"]
    for name, asked, taken in zip(names, ("< 1 s", "< 1 s", "< 3 s", "< 1 s"), json.loads(done.stdout)):
        load = taken.pop("load")
        acts = ", ".join(f"{what} {ms:.0f}" for what, ms in taken.items())
        rows.append(row(f"report: {name}", f"load {load:.0f} ms" + (f"; {acts} ms" if acts else ""), f"{asked}; each < 50 ms", ["node", "test/times.mjs", str(times), "index.html"], load))
    return rows


def events_in(file: str) -> int:
    """How many events the only run of a report has."""
    with open(file, encoding="utf-8") as page:
        return int(re.search(r'"histories":\s*\[.*?"count":\s*(\d+)', page.read(), re.S).group(1))


def searched(what: str, command: list[str], small: list[str], times: int, search) -> dict:
    """A row for one searching program: the median run of `command`, `small` being the same of one event."""
    runs = sorted((search(pinned(command)) for _ in range(times)), key=lambda run: run.seconds)
    run = runs[len(runs) // 2]
    taken = run.peak_bytes - search(pinned(small)).peak_bytes
    each = f"{taken / run.states:,.0f} B/state, " if run.states >= STATES_THAT_TELL_BYTES else ""
    found = f"two quorate after {run.shortest} events" if run.breaches else "never two quorate"
    return row(what, f"{run.states / run.seconds:,.0f} states/s, {run.transitions / run.seconds:,.0f} events/s, {each}"
               f"{run.seconds:.2f} s for {run.states:,} states{'' if run.exhausted else ' (to the bound)'}; {found}", "", command, run.seconds)


def random_runs(times: int) -> list[dict]:
    """Whole random scenarios, made, run and judged; nothing when this votesim makes none."""
    if "votesim swarm" not in subprocess.run([PROGRAM, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout:
        return []
    command, rates = [PROGRAM, "swarm", "--runs", "20000", "--seed", "1"], []
    for _ in range(times):
        output, status, seconds, _ = spin.measure(pinned(command))
        done = re.search(r"^(\d+) runs?,", output, re.M)
        if status not in (0, 1) or not done:
            raise ValueError(f"{' '.join(command)}: {output[-2000:]}")
        rates.append(int(done.group(1)) / seconds)
    rate = statistics.median(rates)
    return [row("random scenarios", f"{rate:,.0f} /s, what is found shrunk", ">= 20000 /s", command, rate)]


def engine(times: int) -> list[dict]:
    """Events run by votesim explore, each a full change of membership through real cores with the judge on, and how long all sequences of 7 take."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for nodes in (4, 5):
            stats = f"{folder}/{nodes}.json"
            command = [*spin.explore_command(spin.Cluster(nodes), 7), "--stats", stats]
            runs = []
            for _ in range(times):
                subprocess.run(pinned(command), cwd=ROOT, check=True, capture_output=True)
                with open(stats, encoding="utf-8") as file:
                    runs.append(json.load(file))
            run = sorted(runs, key=lambda each: each["simulated_a_cpu_second"])[len(runs) // 2]
            rows.append(row(f"engine, {nodes} nodes, 7 events", f"{run['simulated_a_cpu_second']:,} /s run, {run['seconds']:.2f} s for all",
                            ">= 500000 /s, < 60 s", command[:-2], run["simulated_a_cpu_second"]))
    return rows


def exploration(times: int) -> list[dict]:
    """votesim explore beside SPIN: the same cluster, the same events from the same start, to the same number of events."""
    rows, events = [], 4
    if not shutil.which("spin"):
        print("spin is not here: votesim explore stands alone (apt-get install spin)", file=sys.stderr)
    for tie_breaker in (False, True):
        name = f"{'tie breaker' if tie_breaker else 'majority'} of 4, {events} events"
        cluster = spin.Cluster(4, tie_breaker)
        rows.append(searched(f"{name}: explore", spin.explore_command(cluster, events), spin.explore_command(cluster, 1), times, spin.search_world))
        if not shutil.which("spin"):
            continue
        for memory, bound, told in ((True, events, "SPIN, memory"), (False, events, "SPIN, question"), (False, 100, "SPIN, no bound")):
            model = spin.Cluster(4, tie_breaker, memory)
            states = spin.search_model(spin.pan_command(model, bound)).states
            rows.append(searched(f"{name if bound == events else name.split(',')[0]}: {told}", spin.pan_command(model, bound, states),
                                 spin.pan_command(model, 1, states), times, spin.search_model))
    return rows


def table(rows: list[dict]) -> str:
    """The rows in columns as wide as they need, the command under what it measured when it would be far to the right."""
    lines = [("what", "measured", "asked", "command")] + [(r["what"], r["measured"], r["asked"], r["command"]) for r in rows]
    widths = [max(len(line[i]) for line in lines if len(line[1]) <= 70) for i in range(3)]
    widths[0] = max(len(line[0]) for line in lines)
    told = []
    for line in lines:
        if len(line[1]) <= 70:
            told.append("  ".join([*(cell.ljust(width) for cell, width in zip(line, widths)), line[3]]))
        else:
            told += [f"{line[0].ljust(widths[0])}  {line[1]}", f"{'':{widths[0]}}  by {line[3]}"]
    return "\n".join(line.rstrip() for line in told)


def row(what: str, measured: str, asked: str, command: list[str], value: float) -> dict:
    return {"what": what, "measured": measured, "asked": asked, "command": " ".join(command), "value": value}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--json", help="also write the rows here")
    parser.add_argument("only", nargs="*", metavar="PART", help=f"only these, of {', '.join(PARTS)}")
    options = parser.parse_args()
    if unknown := [part for part in options.only if part not in PARTS]:
        parser.error(f"no part named {unknown[0]}; they are {', '.join(PARTS)}")
    rows = []
    for part in [globals()[name] for name in options.only or PARTS]:
        try:
            rows += part(options.times)
        except (OSError, ValueError, KeyError, subprocess.CalledProcessError) as why:
            print(f"{part.__name__}: not measured: {why}{getattr(why, 'stderr', None) or ''}", file=sys.stderr)
    print(f"medians of {options.times} runs, each on one core, pages on all")
    print(table(rows))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
