"""What `votesim explore` finds in configurations that people use, as a Markdown table (sim/explore/FOUND.md).

usage: python3 -m harness.explored [VOTESIM]

Each configuration is explored with nothing given but itself. Of what is found the shortest way to two quorate
partitions (rule I1) is told, else the shortest way to anything.
"""

import re
import subprocess
import sys
import tempfile
import time

# name, nodes (a number or a node list), quorum section, events at most
CONFIGURATIONS = [
    ("3 nodes", 3, "", 5),
    ("5 nodes", 5, "", 3),
    ("2 nodes, two_node", 2, "two_node: 1", 6),
    ("3 nodes, two_node", 3, "two_node: 1", 4),
    ("4 nodes, auto_tie_breaker lowest", 4, "auto_tie_breaker: 1", 4),
    ("4 nodes, auto_tie_breaker highest", 4, "auto_tie_breaker: 1, auto_tie_breaker_node: highest", 4),
    ("4 nodes, auto_tie_breaker 2 3", 4, "auto_tie_breaker: 1, auto_tie_breaker_node: 2 3", 4),
    ("5 nodes, auto_tie_breaker, wait_for_all", 5, "auto_tie_breaker: 1, wait_for_all: 1", 3),
    ("3 nodes of 3, 1 and 2 votes, auto_tie_breaker, wait_for_all",
     "[{nodeid: 1, quorum_votes: 3}, {nodeid: 2, quorum_votes: 1}, {nodeid: 3, quorum_votes: 2}]",
     "auto_tie_breaker: 1, wait_for_all: 1", 5),
    ("4 nodes, last_man_standing", 4, "last_man_standing: 1", 4),
    ("4 nodes, last_man_standing, wait_for_all", 4, "last_man_standing: 1, wait_for_all: 1", 4),
    ("4 nodes, last_man_standing, auto_tie_breaker", 4, "last_man_standing: 1, auto_tie_breaker: 1", 4),
    ("4 nodes, last_man_standing, auto_tie_breaker, wait_for_all", 4,
     "last_man_standing: 1, auto_tie_breaker: 1, wait_for_all: 1", 4),
    ("5 nodes, last_man_standing", 5, "last_man_standing: 1", 3),
    ("5 nodes, last_man_standing, wait_for_all", 5, "last_man_standing: 1, wait_for_all: 1", 3),
    ("5 nodes, last_man_standing, auto_tie_breaker, wait_for_all", 5,
     "last_man_standing: 1, auto_tie_breaker: 1, wait_for_all: 1", 3),
    ("2 nodes, quorum device", 2, "device: {model: net, votes: 1}", 6),
    ("5 nodes, allow_downscale", 5, "allow_downscale: 1", 3),
]
TWO_QUORATE = "At most one component is quorate"


def explore(program: str, nodes, quorum: str, depth: int) -> tuple[str, float]:
    """Standard output of `votesim explore` and the seconds it took. Raises RuntimeError when it could not."""
    text = f"scenario: explored\ncluster: {{nodes: {nodes}, quorum: {{{quorum}}}}}\nsteps: [{{start: all}}]\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        start = time.monotonic()
        run = subprocess.run([program, "explore", file.name, "--depth", str(depth)], capture_output=True, text=True,
                             check=False)
    if run.returncode > 1:
        raise RuntimeError(run.stderr)
    return run.stdout, time.monotonic() - start


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
    output, seconds = explore(program, nodes, quorum, depth)
    states, tried = re.search(r"\((\d+) states, (\d+) events tried\)", output).groups()
    found = findings(output)
    worst = next((one for one in found if one[1].startswith(TWO_QUORATE)), found[0] if found else None)
    told = "nothing" if not worst else f"{worst[0]}: {worst[2]} → {worst[3]}".replace("|", "\\|")
    return f"| {name} | {depth} | {int(tried):,} | {int(states):,} | {seconds:.2f} s | {told} |"


def main() -> None:
    """Prints the table."""
    program = sys.argv[1] if len(sys.argv) > 1 else "./votesim"
    print("| configuration | events | tried | states | time | what comes of it, the shortest way |")
    print("| --- | --- | --- | --- | --- | --- |")
    for configuration in CONFIGURATIONS:
        print(row(program, *configuration), flush=True)


if __name__ == "__main__":
    main()
