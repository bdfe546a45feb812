"""What came of playing the scenario library on another ground: the table, files for a CI server, and a page of the docs.

A result is {"path", "title", "verdict": one of ORDER, "why", "seconds"}, and where it was played twice "first": the verdict,
reason and lateness of the first time. "stopped": why it was played no further than it was; empty when to its end.
"""

import collections
import json
import os
import re
import subprocess
import sys
import time
from xml.sax.saxutils import quoteattr

from .support import ROOT

ORDER = ["same", "explained", "settled", "different", "skipped"]
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
PROGRESS_S = 30  # where there is no terminal


def first_line(*command: str, environment: dict | None = None) -> str:
    """The first line that a command prints, `unknown` when it prints none, or why it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    except OSError as error:
        return str(error)
    return ((done.stdout or done.stderr).splitlines() or ["unknown"])[0].strip()


def versions(program: str, **grounds: str) -> dict[str, str]:
    """What was compared with what: `grounds` (name to version), the simulator, the kernel, the day."""
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty", "--exclude=*"], capture_output=True, text=True).stdout.strip()
    return {**grounds, "votesim": commit or first_line(program, "--version"), "kernel": os.uname().release,
            "machine": f"{os.cpu_count()} cores", "date": time.strftime("%Y-%m-%d")}


class Progress:
    """How many are done and how long the rest may take: a line that is overwritten on a terminal, now and then one elsewhere."""

    def __init__(self, count: int):
        self.count, self.done, self.begin, self.terminal = count, 0, time.monotonic(), sys.stderr.isatty()
        self.told = self.begin

    def step(self, name: str) -> None:
        """One more is done."""
        self.done += 1
        now = time.monotonic()
        if not self.terminal and now - self.told < PROGRESS_S:
            return
        self.told = now
        left = (now - self.begin) / self.done * (self.count - self.done)
        text = f"{self.done} of {self.count}, about {left // 60:.0f} min {left % 60:.0f} s left: {name[:60]}"
        sys.stderr.write(f"\r\033[K{text}" if self.terminal else text + "\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Make room for other words."""
        if self.terminal:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()


def theme(result: dict) -> str:
    """The folder of its scenario."""
    return os.path.basename(os.path.dirname(result["path"])) or "."


def counts(results: list[dict]) -> list[list[str]]:
    """Verdicts by theme: the heads, a row for each theme, and one for all."""
    themes = collections.defaultdict(collections.Counter)
    for result in results:
        themes[theme(result)][result["verdict"]] += 1
    kinds = [kind for kind in ORDER if kind != "settled" or any(counter[kind] for counter in themes.values())]
    rows = [[name, *(str(counter[kind]) for kind in kinds)] for name, counter in sorted(themes.items())]
    total = ["all", *(str(sum(counter[kind] for counter in themes.values())) for kind in kinds)]
    return [["theme", *kinds], *rows, total]


def table(results: list[dict]) -> str:
    """Verdicts by theme, for a terminal."""
    return "\n".join(f"{row[0]:14}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in counts(results))


def skipped(results: list[dict]) -> list[tuple[int, str]]:
    """How many were skipped for each reason, the most first."""
    reasons = collections.Counter(result["why"] for result in results if result["verdict"] == "skipped")
    return [(count, why) for why, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]


def in_part(results: list[dict]) -> list[tuple[int, str]]:
    """How many were not played to their end for each reason, the most first."""
    reasons = collections.Counter(result["stopped"] for result in results if result.get("stopped"))
    return [(count, why) for why, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))]


def write_json(path: str, results: list[dict], found: dict) -> None:
    """All there is."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"versions": found, "results": results}, file, indent=1)


def write_junit(path: str, suite: str, results: list[dict], found: dict) -> None:
    """The verdicts for a CI server."""
    def case(result):
        name = f"<testcase classname={quoteattr(result['path'])} name={quoteattr(result['title'])} time=\"{result['seconds']:.2f}\""
        if result["verdict"] == "skipped":
            return f"{name}><skipped message={quoteattr(result['why'])}/></testcase>"
        if result["verdict"] == "different":
            return f"{name}><failure message={quoteattr(result['why'])}/></testcase>"
        if "first" in result:
            text = quoteattr(f"played twice, at first {result['first']['verdict']}: {result['first']['why']}")
            return f"{name}><properties><property name=\"first\" value={text}/></properties></testcase>"
        return name + "/>"
    verdicts = [result["verdict"] for result in results]
    with open(path, "w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n'
                   f'<testsuites><testsuite name="{suite}" tests="{len(results)}" failures="{verdicts.count("different")}" '
                   f'skipped="{verdicts.count("skipped")}"><properties>')
        file.writelines(f"<property name={quoteattr(key)} value={quoteattr(value)}/>" for key, value in found.items())
        file.write("</properties>\n" + "\n".join(map(case, results)) + "\n</testsuite></testsuites>\n")


def choices(why: str) -> str:
    """What `votesim explain` said that differs from the plain run, in a line: the choices, without their moments."""
    found = [re.sub(r"^at [\d.]+ s, (step \d+ \(\w+\)): ", r"\1: ", line.strip()) for line in why.splitlines()[1:]]
    found = [line for line in found if line and not line.startswith("by messages going round each ring")]
    return "; ".join(found) or why.splitlines()[0].partition(": ")[2] or why


def markdown(results: list[dict], found: dict) -> str:
    """The part of a page between its marks: versions, table, and what is neither the same nor skipped."""
    def listed(head, kind, text):
        chosen = [result for result in results if kind(result)]
        return [f"### {head}", "", *(f"- `{result['path'].removeprefix('scenarios/')}` {result['title']}: {text(result)}" for result in chosen), ""] if chosen else []
    rows = counts(results)
    lines = [", ".join(f"{key} {value}" for key, value in found.items()) + ".", "",
             *("| " + " | ".join(row) + " |" for row in [rows[0], ["---"] * len(rows[0]), *rows[1:]]), ""]
    lines += listed("Explained, and by what", lambda r: r["verdict"] == "explained", lambda r: choices(r["why"]))
    lines += listed("Settled: rings on the way differ, all rests agree", lambda r: r["verdict"] == "settled", lambda r: r["why"].splitlines()[0])
    lines += listed("Different", lambda r: r["verdict"] == "different", lambda r: " ".join(r["why"].split()))
    lines += listed("Played twice", lambda r: "first" in r, lambda r: f"at first {r['first']['verdict']} (the machine up to "
                    f"{r['first']['late_ms']} ms late), then {r['verdict']}")
    if in_part(results):
        lines += [f"### Played in part: {sum(count for count, _ in in_part(results))}, up to the first step that it does not have", "",
                  *(f"- {count}: {why}" for count, why in in_part(results)), ""]
    lines += ["### Skipped, and why", "", *(f"- {count}: {why}" for count, why in skipped(results))]
    return "\n".join(lines)


def write_page(path: str, results: list[dict], found: dict) -> None:
    """Put the results between the marks of a page of the docs. Raises ValueError when it has none."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{path}: no place for results: no lines {BEGIN} and {END}")
    head, _, rest = text.partition(BEGIN)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{BEGIN}\n{markdown(results, found)}\n{END}{rest.partition(END)[2]}")


def tell_all(options, suite: str, came: list[dict], found: dict) -> int:
    """Prints skips, versions and the table, writes what `options` (json, junit, page) ask for; the exit status:
    1 when a run is different, else 0.
    """
    for count, why in in_part(came):
        print(f"in part    {count} runs: {why}")
    for count, why in skipped(came):
        print(f"skipped    {count} runs: {why}")
    print(", ".join(f"{key} {value}" for key, value in found.items()))
    print(table(came))
    if options.json:
        write_json(options.json, came, found)
    if options.junit:
        write_junit(options.junit, suite, came, found)
    if options.page:
        write_page(options.page, came, found)
    return 1 if any(result["verdict"] == "different" for result in came) else 0
