"""`votesim explore corosync.conf`: the page for administrators, its comparison and its JSON.

Each configuration is explored with nothing given but itself. What the page says is compared with what the manual says
of these clusters and with the rules of majority; what it calls a breach is run as a scenario, which must show the same.
"""

import itertools
import json
import re
import resource
import subprocess

import pytest

from .support import votesim

COLUMNS = 100


def conf(nodes, names: bool = False, device: bool = False, **quorum) -> str:
    """A corosync.conf: nodes is a number, or a list of votes."""
    votes = [1] * nodes if isinstance(nodes, int) else nodes
    lines = ["totem {", "    version: 2", "}", "nodelist {"]
    for i, vote in enumerate(votes, 1):
        lines += ["    node {", f"        ring0_addr: 10.0.0.{i}", f"        nodeid: {i}"]
        lines += [f"        name: host-{i}"] * names + [f"        quorum_votes: {vote}"] * (vote != 1) + ["    }"]
    lines += ["}", "quorum {", "    provider: corosync_votequorum"] + [f"    {key}: {value}" for key, value in quorum.items()]
    lines += ["    device {", "        model: net", "        votes: 1", "    }"] * device
    return "\n".join(lines + ["}", ""])


CONFS = {
    "one": conf(1),
    "two": conf(2, names=True, two_node=1),
    "two-no-wait": conf(2, two_node=1, wait_for_all=0),
    "two-device": conf(2, device=True),
    "three": conf(3, names=True),
    "three-two-node": conf(3, two_node=1),
    "votes": conf([3, 1, 1, 1]),
    "four-ties": conf(4, auto_tie_breaker=1),
    "five": conf(5),
    "five-last": conf(5, last_man_standing=1, wait_for_all=1),
    "four-last-alone": conf(4, last_man_standing=1),
    "five-downscale": conf(5, allow_downscale=1),
    "six": conf(6),
    "seven": conf(7, auto_tie_breaker=1, wait_for_all=1),
    "sixteen": conf(16),
    "thirty-two": conf(32, last_man_standing=1, wait_for_all=1),
}
DEFECTS = {"three-two-node", "four-ties", "five-last", "four-last-alone", "five-downscale", "seven", "thirty-two"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    for name, text in CONFS.items():
        (folder / f"{name}.conf").write_text(text)
    return folder


@pytest.fixture(scope="module")
def pages(program, desk):
    """What explore says of each configuration, made when it is first asked for."""
    made = {}

    def page(name: str) -> subprocess.CompletedProcess:
        if name not in made:
            made[name] = votesim(program, "explore", f"{name}.conf", "--ways", "0", cwd=desk, timeout=300)
        return made[name]
    return page


@pytest.fixture(scope="module")
def told(program, desk):
    made = {}

    def page(name: str) -> dict:
        if name not in made:
            made[name] = json.loads(votesim(program, "explore", f"{name}.conf", "--format", "json", cwd=desk, timeout=300).stdout)
        return made[name]
    return page


def section(text: str, heading: str) -> str:
    return re.search(rf"^{heading}.*?\n(.*?)(?=^\S|\Z)", text, re.M | re.S).group(1)


@pytest.mark.parametrize("name", CONFS)
def test_every_configuration_gets_a_page(pages, name):
    page = pages(name)
    assert page.stderr == ""
    assert page.returncode == (1 if name in DEFECTS else 0), page.stdout
    assert page.stdout.startswith(f"What failures do to the cluster of {name}.conf\n")
    for heading in ["Failures it survives", "Ways to lose quorum", "Split brain", "What was tried"]:
        assert re.search(rf"^{heading}", page.stdout, re.M)
    assert "\033" not in page.stdout
    assert [line for line in page.stdout.splitlines() if len(line) > COLUMNS] == []
    assert ("DEFECT of corosync" in page.stdout) == (name in DEFECTS)


@pytest.mark.parametrize("name", ["two", "five", "thirty-two"])
def test_a_page_takes_seconds(program, desk, name):
    """Processor time, which other jobs on the machine do not lengthen much."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    votesim(program, "explore", f"{name}.conf", cwd=desk, timeout=300)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10


def test_a_page_is_the_same_again(program, desk, pages):
    assert votesim(program, "explore", "four-ties.conf", "--ways", "0", cwd=desk).stdout == pages("four-ties").stdout


# ---- what a majority is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, nodes", [("three", 3), ("five", 5), ("six", 6), ("sixteen", 16)])
def test_a_plain_cluster_survives_what_a_majority_does(told, name, nodes):
    page, most = told(name), (nodes - 1) // 2
    for kind in ["crash_at_once", "crash_in_turn", "crash_with_time", "stop_in_turn", "stop_with_time"]:
        assert (page["survives"][kind]["whichever"], page["survives"][kind]["at_best"]) == (most, most)
    back = page["survives"]["return_after_power_loss"]
    assert back["whichever"] == back["at_best"] == nodes // 2 + 1
    assert page["survives"]["rolling_restart"] is True
    for split in page["splits"]:
        wins = split["parts"][0] > nodes // 2
        assert split["goes_on"][0] == (split["tried"] if wins else 0)
        assert split["nobody"] == (0 if wins else split["tried"])
    assert [way for way in page["ways"] if way["kind"] != "loss"] == []


def test_every_subset_of_unequal_votes(told):
    """The table for 3, 1, 1 and 1 votes is the arithmetic's over all sets of nodes."""
    votes, page = [3, 1, 1, 1], told("votes")
    kept = {count: [sum(votes) - sum(down) > 3 for down in itertools.combinations(votes, count)] for count in (1, 2, 3)}
    assert page["survives"]["crash_at_once"]["whichever"] == max([0, *(k for k in kept if all(all(kept[j]) for j in range(1, k + 1)))])
    assert page["survives"]["crash_at_once"]["at_best"] == max(k for k in kept if any(kept[k]))
    assert {way["title"] for way in page["ways"]} >= {"node 1 crashes", "3 nodes of 1 vote crash at once", "the network splits 3 | 3 votes"}


# ---- defects and hazards ------------------------------------------------------------------------------------------


def test_two_node_is_a_documented_hazard(pages):
    split = section(pages("two").stdout, "Split brain")
    assert "1. hazard H3: the network splits 1 | 1\n" in split
    assert "then node 1 is quorate, and node 2 is quorate\n" in split
    assert "What to do: Have fencing that works on both nodes" in split
    assert "1 host-1, 2 host-2" in pages("two").stdout


def test_wait_for_all_is_told_by_what_it_takes_to_come_back(pages):
    assert re.search(r"quorate again with +all 5 nodes back, not fewer\n", pages("five-last").stdout)
    assert re.search(r"quorate again with +any 3 back\n", pages("five").stdout)


def test_last_man_standing_is_explained_and_warned_of(pages):
    page = pages("four-last-alone").stdout
    assert '"It is essential to enable WFA when using\n    LMS in High Availability clusters."' in section(page, "Warnings")
    assert re.search(r"crash with a minute between +any 2 of 4 ", page)
    assert "hazard H1: the network splits 3 | 1, then a minute passes, then it splits otherwise, 2" in section(page, "Split brain")


def test_a_quorum_device_is_asked_with_and_without_its_vote(pages, told):
    page = told("two-device")
    assert [page[key]["crash_at_once"]["whichever"] for key in ("survives_with_device", "survives")] == [1, 0]
    assert [page[key]["rolling_restart"] for key in ("survives_with_device", "survives")] == [True, False]
    assert [page[key][0]["nobody"] for key in ("splits_with_device", "splits")] == [0, 1]
    assert all(split["several"] == 0 for split in page["splits_with_device"])
    assert re.search(r"with the quorum device\n.*\n  1 \| 1 +the 1 with node 1\n", pages("two-device").stdout)
    assert "Ways to lose quorum while the quorum device casts no vote\n" in pages("two-device").stdout


def test_comparing_two_node_with_a_device(program, desk):
    page = votesim(program, "explore", "two.conf", "--compare", "two-device.conf", cwd=desk).stdout
    assert re.search(r"^  1 \| 1 +SPLIT BRAIN +the 1 with node 1$", page, re.M)
    assert re.search(r"^  power fails everywhere: quorate again with +all 2 +any 1$", page, re.M)


@pytest.mark.parametrize("name", ["two", "three-two-node", "four-ties", "five-last", "thirty-two"])
def test_what_is_written_shows_what_was_told(program, desk, tmp_path, name):
    out = tmp_path / "out"
    page = votesim(program, "explore", f"{name}.conf", "--output", str(out), cwd=desk, timeout=300)
    files = sorted(out.iterdir())
    assert files
    for line in re.findall(r"votesim run (\S+)", re.sub(r"\n +", " ", page.stdout)):
        assert line in [str(file) for file in files]
    for file in files:
        rule, hazard = re.match(r"found-\d+-([\w-]+?)(?:-hazard-H(\d+))?\.yaml", file.name).groups()
        run = votesim(program, "run", str(file), timeout=60)
        assert run.returncode == (0 if hazard else 1), run.stdout
        assert f"hazard H{hazard}" in run.stdout if hazard else f"rule      {rule}:" in run.stderr


# ---- what cannot be explored --------------------------------------------------------------------------------------


def test_what_corosync_refuses_is_told_in_its_words(program, tmp_path):
    (tmp_path / "c.conf").write_text(conf(2, device=True, two_node=1))
    page = votesim(program, "explore", "c.conf", cwd=tmp_path)
    assert page.returncode == 2
    assert page.stdout == ("corosync would not start with c.conf. Its log would say, on node 1:\n"
                           "  configuration error: two_node and quorum device cannot be configured at the same time!\n")


def test_mistakes_in_the_file_are_told_with_their_line(program, tmp_path):
    (tmp_path / "c.conf").write_text("quorum {\n    two_node: x\n}\n")
    page = votesim(program, "explore", "c.conf", cwd=tmp_path)
    assert (page.returncode, page.stdout) == (2, "")
    assert page.stderr.startswith("c.conf:2")


def test_a_cluster_that_is_never_quorate(program, tmp_path):
    (tmp_path / "c.conf").write_text(conf(3, expected_votes=6))
    page = votesim(program, "explore", "c.conf", cwd=tmp_path)
    assert page.returncode == 0
    assert "NEVER QUORATE\n" in page.stdout
    assert "the nodes have 3 votes, and quorum is 4." in page.stdout


@pytest.mark.parametrize("words, why", [
    (["--compare", "three.conf", "--format", "json"], "--compare prints one page"),
    (["--compare", "three.conf", "--output", "x"], "--compare prints one page"),
    (["--format", "xml"], "cannot use"),
    (["--ways", "x"], "cannot use"),
    (["--compare", "none.conf"], "none.conf"),
])
def test_bad_usage(program, desk, words, why):
    page = votesim(program, "explore", "two.conf", *words, cwd=desk)
    assert (page.returncode, page.stdout) == (2, "")
    assert why in page.stderr
    assert not (desk / "x").exists()


# ---- the comparison -----------------------------------------------------------------------------------------------


def test_a_comparison_tells_what_changes(program, desk):
    page = votesim(program, "explore", "five.conf", "--compare", "five-last.conf", cwd=desk, timeout=300)
    assert (page.returncode, page.stderr) == (0, "")
    assert [line for line in page.stdout.splitlines() if len(line) > COLUMNS] == []
    assert re.search(r"^  last_man_standing +- +1$", section(page.stdout, "Settings"), re.M)
    survives = section(page.stdout, "Failures they survive")
    assert re.search(r"^  nodes crash with a minute between +any 2 of 5 +any 3 of 5$", survives, re.M)
    assert "crash at once" not in survives
    split = section(page.stdout, "Split brain")
    assert "only with B" in split and "only with A" not in split


def test_a_configuration_compared_with_itself(program, desk):
    page = votesim(program, "explore", "two.conf", "--compare", "two.conf", cwd=desk)
    for heading in ["Settings in force", "Failures they survive", "Splits after", "Ways to lose", "Split brain"]:
        assert section(page.stdout, heading).strip() == "the same"


def test_a_comparison_with_what_corosync_refuses(program, desk, tmp_path):
    (tmp_path / "bad.conf").write_text(conf(2, device=True, two_node=1))
    page = votesim(program, "explore", "two.conf", "--compare", str(tmp_path / "bad.conf"), cwd=desk)
    assert page.returncode == 2
    assert "corosync would not start with" in page.stdout


# ---- a terminal ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surroundings, colours", [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                                                   ({"TERM": "dumb"}, False)])
def test_colours_on_terminals_only(program, desk, surroundings, colours):
    done = subprocess.run(["script", "-qec", f"{program} explore two.conf 2>/dev/null", "/dev/null"], cwd=desk, capture_output=True,
                          env={"PATH": "/usr/bin:/bin", **surroundings}, stdin=subprocess.DEVNULL, timeout=60)
    assert (b"\033[" in done.stdout) == colours


def test_what_other_orders_add(program, tmp_path):
    """Four nodes with last_man_standing and auto_tie_breaker: some orders show a tie that is none (I3)."""
    path = tmp_path / "corosync.conf"
    path.write_text(conf(4, last_man_standing=1, auto_tie_breaker=1))
    page = votesim(program, "explore", "--interleavings=300", "--output", "found", path.name, cwd=tmp_path)
    part = page.stdout.split("What else can come when messages and rings come in another order\n")[1].split("\n\n")[0]
    assert page.returncode == 1 and "DEFECT of corosync in some orders" in part
    assert all(len(line) <= COLUMNS for line in part.splitlines())
    written = re.findall(r"votesim run (\S+)", part)
    assert written
    for scenario in written:
        rule = re.search(r"some-orders-\d+-(.*)\.yaml", scenario).group(1)
        assert rule in votesim(program, "run", "--json", "-", scenario, cwd=tmp_path).stdout
    answer = json.loads(votesim(program, "explore", "--interleavings=300", "--format", "json", str(path)).stdout)
    told = answer["interleavings"]
    assert told["runs"] < told["ways"] and not told["complete"]
    assert [found["rule"] for found in told["found"]] == [
        re.search(r"some-orders-\d+-(.*)\.yaml", scenario).group(1) for scenario in written]


def test_other_orders_of_a_majority_add_nothing(program, tmp_path):
    path = tmp_path / "corosync.conf"
    path.write_text(conf(3))
    page = votesim(program, "explore", "--interleavings=100", str(path)).stdout
    assert "Nothing that the usual order does not show." in page
