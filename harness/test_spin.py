"""SPIN's model of a cluster and votesim explore, two programs that share no line, say the same of the same events."""

import shutil

import pytest

from . import bench, spin
from .spin import Cluster
from .support import make, missing


@pytest.fixture(autouse=True)
def programs():
    if not shutil.which("spin"):
        missing("spin", "spin")
    make("all")


def both(cluster: Cluster, events: int) -> tuple[spin.Search, spin.Search]:
    """What the model's verifier and what votesim explore found."""
    return spin.search_model(spin.pan_command(cluster, events)), spin.search_world(spin.explore_command(cluster, events))


@pytest.mark.parametrize("nodes, events", [(4, 3), (5, 2)])
def test_a_plain_majority_has_one_quorate_component(nodes, events):
    model, world = both(Cluster(nodes), events)
    assert (model.breaches, world.breaches) == (0, 0)
    assert model.states > 50 and world.states > 50


def test_a_plain_majority_never_has_two():
    """Sequences of any length: the model is small enough."""
    model = spin.search_model(spin.pan_command(Cluster(4), 100))
    assert model.exhausted and model.breaches == 0
    # the start, and every partition with every set of nodes that are up
    assert model.states == 1 + 15 * 16


@pytest.mark.parametrize("memory", [False, True])
def test_the_tie_breaker_splits_as_soon_and_in_as_many_ways(memory):
    model, world = both(Cluster(4, tie_breaker=True, memory=memory), 2)
    assert (model.shortest, model.breaches) == (world.shortest, world.breaches)
    assert world.shortest == 2
    assert spin.search_model(spin.pan_command(Cluster(4, True, memory), 1)).breaches == 0


@pytest.mark.parametrize("cluster", [Cluster(4, memory=True), Cluster(4, tie_breaker=True, memory=True)])
def test_the_same_events_are_tried(cluster):
    """SPIN counts more: the first state, the step that makes the start, and one step of each state at the bound."""
    states = {events: spin.search_model(spin.pan_command(cluster, events)).states for events in (1, 2)}
    states[0] = 2
    for events in (1, 2):
        model, world = both(cluster, events)
        at_bound = states[events] - states[events - 1]
        assert model.transitions - 2 - at_bound == world.transitions


def test_bench_puts_both_in_its_table():
    rows = []
    for name, search, command in (("world", spin.search_world, spin.explore_command), ("model", spin.search_model, spin.pan_command)):
        cluster = Cluster(4, tie_breaker=True)
        rows.append(bench.searched(name, command(cluster, 2), command(cluster, 1), 1, search))
    told = bench.table(rows)
    assert told.count("states/s") == told.count("two quorate after 2 events") == 2
    assert "by build/spin/4-nodes-tie-breaker/pan -c0 -m3" in told and "by ./votesim explore" in told
