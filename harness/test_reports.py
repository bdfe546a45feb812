"""What CI systems read of a run: every format, from runs that hold, fail, show a hazard, and will not come to rest."""

import html.parser
import json
import re
import subprocess

import jsonschema
import pytest
import yaml
from lxml import etree
from markdown_it import MarkdownIt

from .support import ROOT, votesim

HEAD = "cluster: {nodes: 2, quorum: {two_node: 1}}\nsteps:\n  - start: all\n  - trackstart: {node: 1, client: a}\n"
FILES = {
    "good/holds.yaml": f"scenario: holds\n{HEAD}",
    "good/hazard.yaml": f"scenario: hazard\n{HEAD}  - partition: [[1], [2]]\n",
    "bad,1/fails.yaml": f"scenario: 'fails # | <b>: 100%'\n{HEAD}  - name: 'it | dies'\n    crash: 2\n"
                        "    expect: {quorate: {1: false}, callbacks: {a: [nodelist: {members: [1, 2]}]}}\n",
    "bad,1/inert.yaml": f"scenario: inert\n{HEAD}  - heal: all\n",
}
FORMATS = ["junit", "json", "tap", "markdown", "github", "gitlab"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def reports(program, folder) -> dict[str, str]:
    """By format, what one run writes of all files."""
    options = [option for name in FORMATS for option in (f"--{name}", name)]
    assert votesim(program, "run", *options, "good", "bad,1", cwd=folder).returncode == 1
    return {name: (folder / name).read_text() for name in FORMATS}


def test_junit_is_what_its_schema_says(reports):
    schema = etree.XMLSchema(etree.parse(f"{ROOT}/reports/junit.xsd"))
    schema.assertValid(etree.fromstring(reports["junit"].encode()))
    broken = reports["junit"].replace("<failure type", "<failure kind", 1)
    assert broken != reports["junit"] and not schema.validate(etree.fromstring(broken.encode()))


def test_json_is_what_its_schema_says(reports):
    with open(f"{ROOT}/reports/results.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    results = json.loads(reports["json"])
    jsonschema.validate(results, schema)
    assert results["summary"] | {"callbacks": 0} == {
        "files": 4, "runs": 4, "failed": 1, "with_finding": 0, "with_hazard": 1, "vacuous": 0, "inert": 1, "callbacks": 0}
    by_name = {run["scenario"]: run for run in results["runs"]}
    failed = by_name["fails # | <b>: 100%"]
    assert (failed["theme"], failed["failed"], failed["path"]) == ("bad,1", True, "bad,1/fails.yaml")
    first = failed["verdicts"][0]
    assert (first["kind"], first["line"], first["column"], first["step"], first["node"]) == ("expectation", 8, 24, 2, 1)
    assert first["expected"] == "node 1 is not quorate"
    hazard = next(verdict for verdict in by_name["hazard"]["verdicts"] if verdict["kind"] == "hazard")
    assert hazard["hazard"] == 3 and hazard["rule"] == "I1" and "exercised" in failed and failed["exercised"]["I5"] > 0


def test_tap_is_understood_by_perls_harness(reports, folder):
    script = ("use TAP::Parser; local $/; my $p = TAP::Parser->new({tap => <STDIN>}); $p->run; "
              "print join(',', scalar $p->passed, scalar $p->failed, $p->tests_planned, scalar $p->parse_errors), qq{\\n};")
    done = subprocess.run(["perl", "-e", script], input=reports["tap"], capture_output=True, text=True, check=True)
    assert done.stdout == "3,1,4,0\n", done.stderr
    assert "# hazard H3, line " in reports["tap"] and "# inert fault, line " in reports["tap"]
    blocks = [yaml.safe_load(text) for text in re.findall(r"^  ---\n(.*?)^  \.\.\.\n", reports["tap"], re.S | re.M)]
    assert len(blocks) == 4
    failures = next(block for block in blocks if "failures" in block)["failures"]
    assert failures[0] == {"rule": "expectation", "line": 8, "column": 24, "step": 2,
                           "expected": "node 1 is not quorate", "came": failures[0]["came"]}


class Page(html.parser.HTMLParser):
    """The words of a page by the element they stand in."""

    def __init__(self, text: str):
        super().__init__()
        self.words: dict[str, list[str]] = {}
        self.inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.inside.append(tag)
        self.words.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        self.inside.pop()

    def handle_data(self, data):
        if self.inside:
            self.words[self.inside[-1]][-1] += data


def test_markdown_reads_as_meant(reports):
    page = Page(MarkdownIt().enable("table").render(reports["markdown"]))
    assert page.words["h2"] == ["votesim: 1 of 4 runs failed"]
    assert page.words["h3"] == ["fails # | <b>: 100%"]
    assert page.words["td"][:3] == ["bad,1", "2", "1"] and page.words["td"][7:11] == ["good", "2", "0", "1"]
    assert page.words["code"][0].splitlines()[0] == "expected  node 1 is not quorate"
    assert any("step 2 (it | dies)" in text for text in page.words["p"] + page.words.get("li", []))
    assert page.words["code"][1].splitlines()[1] == "          1 nodelist members 1 2"


def test_github_shows_failures_beside_their_lines(reports):
    lines = reports["github"].splitlines()
    assert lines[0].startswith("::error file=bad%2C1/fails.yaml,line=8,col=24,title=fails # | <b>%3A 100%25::expected node 1 is not quorate%0Acame ")
    assert [line.split(" ")[0] for line in lines] == ["::error", "::error", "::warning"]


def test_gitlab_finds_the_same_failure_again(reports, program, folder):
    issues = json.loads(reports["gitlab"])
    assert [issue["severity"] for issue in issues] == ["major", "major", "info"]
    assert issues[0]["location"] == {"path": "bad,1/fails.yaml", "lines": {"begin": 8}}
    assert len({issue["fingerprint"] for issue in issues}) == 3
    again = votesim(program, "run", "--gitlab", "-", "bad,1/fails.yaml", cwd=folder)
    assert json.loads(again.stdout) == issues[:2]


def test_a_run_that_never_rests_is_told_in_every_format(program, tmp_path):
    """Two clients so slow that one of them is always about to read keep the cluster from resting."""
    (tmp_path / "s.yaml").write_text(
        "scenario: restless\ncluster: {nodes: 1}\nsteps:\n  - start: all\n  - trackstart: {node: 1, client: a, slow: 61m}\n"
        "  - {trackstart: {node: 1, client: b, slow: 63m}, settle: false}\n  - wait: 1s\n")
    options = [option for name in FORMATS for option in (f"--{name}", name)]
    assert votesim(program, "run", *options, "s.yaml", cwd=tmp_path).returncode == 1
    why = json.loads((tmp_path / "json").read_text())["runs"][0]["stuck"]
    assert why
    for name in FORMATS:
        assert why in (tmp_path / name).read_text(), name


@pytest.mark.parametrize("name", FORMATS)
def test_standard_output_takes_one_of_them(program, folder, name):
    done = votesim(program, "run", f"--{name}", "-", "good", cwd=folder)
    assert done.returncode == 0 and done.stdout != "" or name == "github"
    assert "2 runs of 2 files: all held" in done.stderr
    both = votesim(program, "run", f"--{name}", "-", "--trace", "-", "good", cwd=folder)
    assert both.returncode == 2 and "standard output" in both.stderr and both.stdout == ""


@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_is_told(program, folder, name):
    arguments = ["bad,1"] if name == "github" else ["good"]
    done = votesim(program, "run", f"--{name}", "/dev/full", *arguments, cwd=folder)
    assert done.returncode == 2 and "cannot write /dev/full" in done.stderr
