"""Mutants made by rule: that the walk finds what it should, that the text with all mutants in it is the original when
none is meant, that a sample of them is killed, and that survivors.txt fits the core as it is.

All of them are for `make mutants-all`.
"""

import hashlib

import pytest

from .support import missing, scenario_files, votesim

try:
    import clang.cindex  # noqa: F401
    from .systematic import judges, points, results, schemata, table
except ImportError:
    clang = None

SAMPLE = 8
SNIPPET = """\
#include <stdbool.h>
#include <stddef.h>
#define LIMIT 5u
#define CHECK(what) ((what) ? (void)0 : (void)1)
enum { ONE = 1, TWO, THREE };
static int table[3] = {1, 2, 3};
bool f(const int *at, unsigned flags, int count)
{
	int sum = 0;

	CHECK(count < 7);
	for (int i = 0; i < count; i++)
		sum += at[i];
	if (at == NULL || (flags & TWO))
		return false;
	switch (sum) {
	case ONE:
		return true;
	default:
		break;
	}
	return sum > (int)LIMIT && !table[0];
}
"""


@pytest.fixture(scope="module", autouse=True)
def libclang():
    if not clang:
        missing("libclang's Python binding", "python3-clang")


@pytest.fixture(scope="module")
def walks():
    return points.walk()


@pytest.fixture(scope="module")
def folder(walks, tmp_path_factory):
    """The text with all mutants, written."""
    made = str(tmp_path_factory.mktemp("systematic"))
    schemata.write(walks, made)
    return made


@pytest.fixture(scope="module")
def snippet(tmp_path_factory):
    path = tmp_path_factory.mktemp("snippet") / "f.c"
    path.write_text(SNIPPET)
    return points.Walk(str(path), points.parse(str(path)), 1)


def test_the_walk_finds_every_point_once(snippet):
    assert [mutant.name.removeprefix("f.c:f:") for mutant in snippet.mutants] == [
        "constant.1:1",
        "constant.2:1", "relation.1:<=", "relation.1:!=", "relation.1:false",
        "delete.1",
        "logic.1:and", "logic.1:left", "logic.1:right", "relation.2:!=", "bits.1:left", "bits.1:right", "constant.3:ONE", "constant.3:THREE",
        "delete.2", "constant.4:true",
        "delete.3", "constant.5:false",
        "delete.4",
        "logic.2:or", "logic.2:left", "logic.2:right", "relation.3:>=", "relation.3:!=", "relation.3:false", "constant.6:LIMIT + 1",
        "not.1:drop", "constant.7:1"]


def test_each_mutant_compiles_and_does_what_it_says(snippet, tmp_path):
    """`f` on a few inputs, as each mutant: no two of these are alike."""
    (tmp_path / "switch.h").write_text(schemata.SWITCH_H)
    (tmp_path / "f.c").write_bytes(snippet.changes.apply(snippet.text) + b"""
#include <stdio.h>
#include <stdlib.h>
int vq_mutant;
int main(int count, char **argument)
{
	static const int numbers[] = {1, 0, 0, 5, 6};

	vq_mutant = atoi(argument[1]);
	printf("%d %d %d %d\\n", f(numbers, 0, 1), f(numbers, TWO, 1), f(numbers, 0, 4), f(numbers, ONE, 4) + count - 2);
}
""")
    program = str(tmp_path / "f")
    schemata.compile_([*schemata.COMPILE, "-include", str(tmp_path / "switch.h"), "-o", program, str(tmp_path / "f.c")])
    said = {mutant.name: votesim(program, str(mutant.number)).stdout for mutant in snippet.mutants}
    assert votesim(program, "0").stdout == "1 0 0 0\n"
    assert said["f.c:f:constant.4:true"] == "1 1 0 0\n"
    assert said["f.c:f:not.1:drop"] == "1 0 1 1\n"
    assert said["f.c:f:bits.1:left"] == "1 0 0 0\n"


def test_with_no_mutant_the_text_is_the_original(walks, folder, program):
    original = schemata.single(None, [walk.file for walk in walks if walk.file.endswith(".c")], folder)
    assert votesim(original, "run", "scenarios/").stdout == votesim(program, "run", "scenarios/").stdout


def test_a_sample_is_killed(walks, folder, program):
    """By the scenario library, which kills most: who falls to nobody else stands in survivors.txt or is the original's twin."""
    why = table.reasons()
    mutants = sorted((mutant for walk in walks for mutant in walk.mutants if mutant.name not in why and mutant.file.endswith(".c")),
                     key=lambda mutant: hashlib.sha256(mutant.name.encode()).digest())
    library = judges.Scenarios(folder, program, scenario_files(), [])
    recordings = judges.Recordings(folder, program)
    for mutant in mutants[:SAMPLE]:
        broken = schemata.single(mutant, [mutant.file], folder)
        killed = library.look(broken, 0, scenario_files()).killed or recordings.look(broken, 0, recordings.files()).killed
        assert killed or schemata.machine_code(mutant.file, mutant.number, folder) == schemata.machine_code(mutant.file, 0, folder), mutant


def test_the_reasons_are_about_mutants_that_there_are(walks):
    """When the core has changed: make mutants-all says which survivors are new, and which are gone."""
    assert sorted(set(table.reasons()) - {mutant.name for walk in walks for mutant in walk.mutants}) == []


def test_survivors_need_a_reason_and_reasons_a_survivor(snippet, tmp_path):
    store = results.Store(str(tmp_path / "results.jsonl"), {"f.c": "key"})
    alive, killed, unseen = snippet.mutants[:3]
    store.found = {alive.name: {"library 1": judges.Outcome()}, killed.name: {"library 1": judges.Outcome(rules=["I1"])}}
    said = table.mistakes([alive, killed, unseen], store, {killed.name: ("hole", "x"), "gone": ("hole", "x")})
    assert [line.split(":")[0] for line in said] == ["gone", "f.c", "f.c", "f.c"]
    for mutant, words in ((alive, "does not say why"), (killed, "it is killed (library: rule)"), (unseen, "not looked at")):
        assert any(line.startswith(mutant.name) and words in line for line in said)
    assert table.mistakes([alive], store, {alive.name: ("equivalent", "because")}) == []


def test_results_go_on_where_they_stopped_unless_the_core_changed(snippet, tmp_path):
    path, mutant = str(tmp_path / "results.jsonl"), snippet.mutants[0]

    class Everybody:
        """Whom rules do not kill the expectations do."""
        @staticmethod
        def reaches(_):
            return True

        @staticmethod
        def look(name, _):
            return judges.Outcome(expectations=["x"] if name == "library 2" else [], rules=["I1"] if name == "recordings" else [])

    store = results.Store(path, {"f.c": "key"})
    store.examine(Everybody, mutant, False, judges.Judges.LOOKS)
    assert list(store.outcomes(mutant)) == ["library 1", "library 2"]
    again = results.Store(path, {"f.c": "key"})
    assert again.killed(mutant) and not again.wants(mutant, False) and again.wants(mutant, True)
    again.examine(Everybody, mutant, True, judges.Judges.LOOKS)
    assert again.rules(mutant) == {"I1"}
    again.forget("all", [mutant])
    assert results.Store(path, {"f.c": "key"}).wants(mutant, False)
    results.Store(path, {"f.c": "key"}).examine(Everybody, mutant, False, judges.Judges.LOOKS)
    assert results.Store(path, {"f.c": "key", "g.c": "other"}).found
    assert results.Store(path, {"f.c": "other"}).found == {}


@pytest.mark.parametrize("text", ["nonsense\n", "\tname\n", "hole: x\n\tname\n\tname\n", "alive: x\n"])
def test_a_wrong_file_of_reasons_is_told(text, tmp_path):
    path = tmp_path / "survivors.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match="survivors.txt:"):
        table.reasons(str(path))
