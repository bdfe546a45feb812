"""What came of it, as a table; and the reasons for which survivors live (harness/mutants/survivors.txt).

That file has paragraphs: a verdict, a colon, a reason, which may go on in lines that begin with a space; then the
names of the mutants, one a line, each after a tab. The verdicts:

equivalent   no host and no input can tell it from the original
beyond       no scenario can: what a simulated node never meets (bytes that no node sends), or nobody outside sees
hole         a scenario could tell, and none does
"""

import collections
import os
import re

from ..support import ROOT
from . import points, results

REASONS = os.path.join(ROOT, "harness", "mutants", "survivors.txt")
TABLE = os.path.join(ROOT, "harness", "mutants", "SYSTEMATIC.md")
VERDICTS = ("equivalent", "beyond", "hole")
SAME = ("equivalent", "The compiler makes the same code of both (gcc -O2).")


def reasons(path: str = REASONS) -> dict[str, tuple[str, str]]:
    """(verdict, reason) by the name of the mutant. Raises ValueError where the file is wrong."""
    found: dict[str, tuple[str, str]] = {}
    verdict = reason = ""
    if not os.path.exists(path):
        return found
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            begins = re.fullmatch(r"(\w+): (.+)", line)
            if line.startswith("\t"):
                if line.strip() in found or not reason:
                    raise ValueError(f"{path}:{number}: {line.strip()} a second time, or without a reason")
                found[line.strip()] = (verdict, reason)
            elif line.startswith(" "):
                reason += " " + line.strip()
            elif begins and begins[1] in VERDICTS:
                verdict, reason = begins.groups()
            elif line and not line.startswith("#"):
                raise ValueError(f"{path}:{number}: neither a verdict ({', '.join(VERDICTS)}) nor a name after a tab")
    return found


def verdict(mutant: points.Mutant, store: results.Store, why: dict) -> tuple[str, str]:
    """("killed", by whom), one of VERDICTS and the reason, or ("open", "")."""
    if store.killed(mutant):
        return "killed", killer(mutant, store)
    if mutant.name in why:
        return why[mutant.name]
    return SAME if mutant.name in store.same else ("open", "")


def killer(mutant: points.Mutant, store: results.Store) -> str:
    """Who killed it first: in the order of the looks, and in one look rules before expectations."""
    for look, outcome in store.outcomes(mutant).items():
        if not outcome.killed or look == "C tests":
            continue
        where = look.split()[0]
        if outcome.end:
            return f"{where}: {outcome.end}"
        return f"{where}: " + ("rule" if outcome.rules else "expectation" if outcome.expectations else "difference")
    return ""


def mistakes(mutants: list[points.Mutant], store: results.Store, why: dict) -> list[str]:
    """Survivors without a reason, and reasons without a survivor."""
    names = {mutant.name for mutant in mutants}
    said = [f"{name}: survivors.txt has a reason, and there is no such mutant" for name in sorted(set(why) - names)] if mutants else []
    for mutant in mutants:
        if mutant.name not in store.found:
            said.append(f"{mutant.name}: not looked at")
        elif store.killed(mutant) and mutant.name in why:
            said.append(f"{mutant.name}: survivors.txt says why it lives, and it is killed ({killer(mutant, store)})")
        elif verdict(mutant, store, why)[0] == "open":
            said.append(f"{mutant.name}: lives, and survivors.txt does not say why: {mutant.file}:{mutant.line}: {mutant.change}")
    return said


def counts(mutants: list[points.Mutant], store: results.Store, why: dict) -> collections.Counter:
    return collections.Counter(verdict(mutant, store, why)[0] for mutant in mutants)


def share(count: collections.Counter) -> str:
    """Of those that are not equivalent."""
    return percent(count["killed"], sum(count.values()) - count["equivalent"])


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def summary(mutants: list[points.Mutant], store: results.Store, why: dict) -> str:
    """In one line."""
    known = [mutant for mutant in mutants if mutant.name in store.found]
    count = counts(known, store, why)
    parts = ", ".join(f"{count[name]} {name}" for name in ("killed", *VERDICTS, "open"))
    tests = sum(1 for mutant in known if verdict(mutant, store, why)[0] not in ("killed", "equivalent") and store.tests_kill(mutant))
    fuzzed = sum(1 for mutant in known if store.killed(mutant) and killer(mutant, store).startswith("fuzzed"))
    can = len(known) - count["equivalent"]
    return (f"{len(known)} of {len(mutants)} mutants looked at: {parts}. Killed are {percent(count['killed'], can)} of those that are not "
            f"equivalent, {percent(count['killed'] - fuzzed, can)} without the fuzzers, {percent(count['killed'] + tests, can)} with the C tests of the core, and "
            f"{percent(count['killed'], can - count['beyond'])} of those that a scenario could tell")


def rule_ids() -> list[str]:
    """The judge's rules, as its source lists them."""
    with open(os.path.join(ROOT, "sim", "check", "rules.c"), encoding="utf-8") as file:
        return re.findall(r'\[RULE_\w+\] =\s*\{"([^"]+)"', file.read())


def _grid(head: list[str], rows: list[list]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(map(str, row)) + " |" for row in rows), ""]


def _by(what: str, groups: dict[str, list], store: results.Store, why: dict) -> list[str]:
    rows = []
    for name, group in groups.items():
        count = counts(group, store, why)
        tests = sum(1 for mutant in group if not store.killed(mutant) and store.tests_kill(mutant))
        rows.append([name, len(group), count["killed"], count["equivalent"], count["beyond"], count["hole"] + count["open"], tests, share(count)])
    return _grid([what, "mutants", "killed", "equivalent", "beyond", "holes", "of the living, C tests kill", "killed of those not equivalent"], rows)


def _group(mutants: list[points.Mutant], key) -> dict[str, list]:
    groups: dict[str, list] = {}
    for mutant in mutants:
        groups.setdefault(key(mutant), []).append(mutant)
    return {**groups, "all": mutants}


def _rules(mutants: list[points.Mutant], store: results.Store) -> list[str]:
    by_rule = collections.Counter(rule for mutant in mutants for rule in store.rules(mutant))
    alone = sum(1 for mutant in mutants if store.rules(mutant))
    never = [rule for rule in rule_ids() if not by_rule[rule]]
    text = ["## By rule", "",
            f"At least {alone} mutants break one of the judge's rules, whatever anybody expects. How many each rule saw, in the looks that "
            "were made (a mutant that many rules see counts for each; who ends in an assertion or hangs is seen by none):", ""]
    text += _grid(["rule", "mutants"], [[rule, by_rule[rule]] for rule in sorted(by_rule, key=lambda rule: (-by_rule[rule], rule))])
    text += [f"No systematic mutant breaks: {', '.join(never)}." if never else "Every rule of the judge kills some mutant.", ""]
    return text


def _living(mutants: list[points.Mutant], store: results.Store, why: dict) -> list[str]:
    text = ["## Who lives, and why", ""]
    groups: dict[tuple[str, str], list] = {}
    for mutant in mutants:
        said = verdict(mutant, store, why)
        if said[0] != "killed":
            groups.setdefault(said, []).append(mutant)
    for kind in (*reversed(VERDICTS), "open"):
        for (word, reason), group in groups.items():
            if word == kind:
                text += [f"**{word}** {reason}", ""]
                text += [f"- {m.file}:{m.line} `{m.function}`: {m.change}" + (" (a C test kills it)" if store.tests_kill(m) else "") for m in group]
                text.append("")
    return text


def markdown(mutants: list[points.Mutant], store: results.Store, why: dict) -> str:
    """The whole page."""
    known = [mutant for mutant in mutants if mutant.name in store.found]
    first = collections.Counter(killer(mutant, store) for mutant in known if store.killed(mutant))
    text = ["# Mutants made by rule, and who kills them", "",
            "Written by `make mutants-all`. What the operators are: [points.py](../systematic/points.py); who looks, and what counts as "
            "killed: [judges.py](../systematic/judges.py); the reasons: [survivors.txt](survivors.txt). The C tests of the core are "
            "asked about who lives, and do not count.", "", summary(mutants, store, why) + ".", ""]
    text += ["## By file", "", *_by("file", _group(known, lambda mutant: mutant.file), store, why)]
    text += ["## By operator", "", *_by("operator", _group(known, lambda mutant: mutant.operator), store, why)]
    text += ["## By who kills first", "", *_grid(["look", "mutants"], [[name, number] for name, number in first.most_common()])]
    return "\n".join([*text, *_rules(known, store), *_living(known, store, why)]).rstrip() + "\n"


def write(mutants: list[points.Mutant], store: results.Store, why: dict) -> None:
    """Write the page to harness/mutants/SYSTEMATIC.md."""
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(markdown(mutants, store, why))
