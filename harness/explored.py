"""What `votesim explore` finds in configurations that people use, as a Markdown table (sim/explore/FOUND.md).

usage: python3 -m harness.explored [--interleavings] [VOTESIM]

Each configuration is explored with nothing given but itself. Of what is found the shortest way to two quorate
partitions (rule I1) is told, else the shortest way to anything. --interleavings: every event goes all the ways it
can, up to a number of runs; told is what the usual ways of the same length do not show, and each scenario that was
written of it is run: it must fail, or show its hazard, there.
"""

import json
import re
import subprocess
import sys
import tempfile

# name, nodes (a number or a node list), quorum section, events at most; ANY: until no new state comes
ANY = 64


def voting(*votes: int) -> str:
    """A node list of nodes with these votes."""
    return "[" + ", ".join(f"{{nodeid: {i}, quorum_votes: {n}}}" for i, n in enumerate(votes, 1)) + "]"


CONFIGURATIONS = [
    ("3 nodes", 3, "", ANY),
    ("5 nodes", 5, "", ANY),
    ("4 nodes, wait_for_all", 4, "wait_for_all: 1", ANY),
    ("2 nodes, two_node", 2, "two_node: 1", ANY),
    ("3 nodes, two_node", 3, "two_node: 1", ANY),
    ("4 nodes, auto_tie_breaker lowest", 4, "auto_tie_breaker: 1", ANY),
    ("4 nodes, auto_tie_breaker highest", 4, "auto_tie_breaker: 1, auto_tie_breaker_node: highest", ANY),
    ("4 nodes, auto_tie_breaker 2 3", 4, "auto_tie_breaker: 1, auto_tie_breaker_node: 2 3", ANY),
    ("5 nodes, auto_tie_breaker, wait_for_all", 5, "auto_tie_breaker: 1, wait_for_all: 1", 6),
    *((f"3 nodes of {', '.join(map(str, votes))} votes, auto_tie_breaker, wait_for_all", voting(*votes),
       "auto_tie_breaker: 1, wait_for_all: 1", ANY)
      for votes in [(2, 1, 1), (1, 2, 1), (1, 1, 2), (3, 1, 2), (1, 2, 3), (3, 2, 2), (2, 2, 3), (5, 3, 2)]),
    ("4 nodes, last_man_standing", 4, "last_man_standing: 1", 5),
    ("4 nodes, last_man_standing, wait_for_all", 4, "last_man_standing: 1, wait_for_all: 1", 5),
    ("4 nodes, last_man_standing, auto_tie_breaker", 4, "last_man_standing: 1, auto_tie_breaker: 1", 5),
    ("4 nodes, last_man_standing, auto_tie_breaker, wait_for_all", 4,
     "last_man_standing: 1, auto_tie_breaker: 1, wait_for_all: 1", 5),
    ("5 nodes, last_man_standing", 5, "last_man_standing: 1", 3),
    ("5 nodes, last_man_standing, wait_for_all", 5, "last_man_standing: 1, wait_for_all: 1", 3),
    ("5 nodes, last_man_standing, auto_tie_breaker, wait_for_all", 5,
     "last_man_standing: 1, auto_tie_breaker: 1, wait_for_all: 1", 3),
    ("2 nodes, quorum device of 1 vote", 2, "device: {model: net, votes: 1}", 16),
    ("3 nodes, quorum device of 2 votes", 3, "device: {model: net, votes: 2}", 5),
    ("5 nodes, allow_downscale", 5, "allow_downscale: 1", 4),
]
# by number of nodes: events at most, and runs of one event
INTERLEAVED = {2: (3, 5000), 3: (3, 500), 4: (2, 300), 5: (2, 20)}
TWO_QUORATE = "At most one component is quorate"


def explore(program: str, nodes, quorum: str, depth: int, *more: str) -> tuple[str, dict]:
    """Standard output of `votesim explore` and its statistics. Raises RuntimeError when it could not."""
    text = f"scenario: explored\ncluster: {{nodes: {nodes}, quorum: {{{quorum}}}}}\nsteps: [{{start: all}}]\n"
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/explored.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        run = subprocess.run([program, "explore", file.name, "--depth", str(depth), "--states", "20000000",
                              "--stats", f"{folder}/stats.json", *more], capture_output=True, text=True, check=False)
        if run.returncode > 1:
            raise RuntimeError(run.stderr)
        with open(f"{folder}/stats.json", encoding="utf-8") as stats:
            return run.stdout, json.load(stats)


def findings(output: str) -> list[tuple[str, str, str, str]]:
    """(kind, rule, way, outcome) of each finding in what explore printed."""
    found = []
    for block in re.split(r"\n(?=\d+\. )", output.split("\nThe first of these")[0])[1:]:
        kind, rule = re.match(r"\d+\. (DEFECT|hazard H\d+)[^:]*: (.*)", block).groups()
        way = "; ".join(re.findall(r"^    \d+\. (.*)$", block, re.M))
        found.append((kind, rule, way, re.search(r"then: (.*)", block).group(1)))
    return found


def row(program: str, name: str, nodes, quorum: str, depth: int) -> str:
    """A line of the table."""
    output, stats = explore(program, nodes, quorum, depth)
    found = findings(output)
    worst = next((one for one in found if one[1].startswith(TWO_QUORATE)), found[0] if found else None)
    told = "nothing" if not worst else f"{worst[0]}: {worst[2]} → {worst[3]}".replace("|", "\\|")
    events = "any" if stats["exhausted"] else stats["depth"]
    return (f"| {name} | {events} | {stats['transitions']:,} | {stats['states']:,} | {stats['cpu_seconds']:.2f} s "
            f"| {told} |")


def size(nodes) -> int:
    """How many nodes a number or a node list stands for."""
    return nodes if isinstance(nodes, int) else nodes.count("nodeid")


def shows_it(program: str, path: str, rule: str) -> bool:
    """Does a run of the written scenario break that rule, or show its hazard?"""
    run = subprocess.run([program, "run", "--json", "-", path], capture_output=True, text=True, check=False)
    return run.returncode in (0, 1) and rule in run.stdout


def row_interleaved(program: str, name: str, nodes, quorum: str) -> str:
    """A line of the table of what interleavings show beside the usual ways."""
    depth, runs = INTERLEAVED[size(nodes)]
    usual = {found[:2] for found in findings(explore(program, nodes, quorum, depth)[0])}
    with tempfile.TemporaryDirectory() as folder:
        output, stats = explore(program, nodes, quorum, depth, f"--interleavings={runs}", "--output", folder)
        new = [found for found in findings(output) if found[:2] not in usual]
        for path in re.findall(r"votesim run (\S+)", output):
            if not shows_it(program, path, re.search(r"found-\d+-(.*)\.yaml", path).group(1)):
                raise RuntimeError(f"{name}: {path} does not show it")
    told = "; and ".join(f"{kind}: {way} → {outcome}" for kind, _, way, outcome in new).replace("|", "\\|") or "nothing"
    complete = "all" if stats["departures"] < 0 else f"all with up to {stats['departures']}"
    return (f"| {name} | {stats['depth']} | {complete} | {stats['runs']:,} | {stats['states']:,} | "
            f"{stats['cpu_seconds']:.1f} s | {told} |")


def main() -> None:
    """Prints the table."""
    interleavings = "--interleavings" in sys.argv
    programs = [argument for argument in sys.argv[1:] if argument != "--interleavings"]
    program = programs[0] if programs else "./votesim"
    if interleavings:
        print("| configuration | events | departures | runs | states | time | what the usual ways do not show |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for name, nodes, quorum, _ in CONFIGURATIONS:
            print(row_interleaved(program, name, nodes, quorum), flush=True)
        return
    print("| configuration | events | tried | states | time | what comes of it, the shortest way |")
    print("| --- | --- | --- | --- | --- | --- |")
    for configuration in CONFIGURATIONS:
        print(row(program, *configuration), flush=True)


if __name__ == "__main__":
    main()
