"""What `votesim explore` finds in configurations that people use, as a Markdown table (sim/explore/FOUND.md).

usage: python3 -m harness.explored [VOTESIM]

Each configuration is explored with nothing given but itself. Of what is found the shortest way to two quorate
partitions (rule I1) is told, else the shortest way to anything.
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
TWO_QUORATE = "At most one component is quorate"


def explore(program: str, nodes, quorum: str, depth: int) -> tuple[str, dict]:
    """Standard output of `votesim explore` and its statistics. Raises RuntimeError when it could not."""
    text = f"scenario: explored\ncluster: {{nodes: {nodes}, quorum: {{{quorum}}}}}\nsteps: [{{start: all}}]\n"
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/explored.yaml", "w", encoding="utf-8") as file:
            file.write(text)
        run = subprocess.run([program, "explore", file.name, "--depth", str(depth), "--states", "20000000",
                              "--stats", f"{folder}/stats.json"], capture_output=True, text=True, check=False)
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


def main() -> None:
    """Prints the table."""
    program = sys.argv[1] if len(sys.argv) > 1 else "./votesim"
    print("| configuration | events | tried | states | time | what comes of it, the shortest way |")
    print("| --- | --- | --- | --- | --- | --- |")
    for configuration in CONFIGURATIONS:
        print(row(program, *configuration), flush=True)


if __name__ == "__main__":
    main()
