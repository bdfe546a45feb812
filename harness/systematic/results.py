"""What is known of each mutant, kept in a file of lines so that an interrupted run goes on."""

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import threading

from . import judges, points, schemata


def fingerprint() -> dict[str, str]:
    """Of what the mutants are made of: a digest for each of the core's files, by its name. What is known of a file's mutants
    holds until that file changes; when the judge, the scenarios or other files of the core do, --again asks anew."""
    with open(points.__file__, "rb") as operators:
        made_by = operators.read()
    digests = {}
    for path in points.sources():
        with open(path, "rb") as file:
            digests[os.path.basename(path)] = hashlib.sha256(made_by + file.read()).hexdigest()
    return digests


def file_of(line: dict) -> str:
    """Of the mutant that a line is about."""
    return line["name"].split(":")[0]


class Store:
    """Looks by the name of the mutant: {look: Outcome}."""

    def __init__(self, path: str, key: dict[str, str]):
        self.path, self.lock = path, threading.Lock()
        self.found: dict[str, dict[str, judges.Outcome]] = {}
        self.same: set[str] = set()     # survivors of which the compiler makes the original's code
        self.unreached: set[str] = set()
        lines = self._lines()
        known = lines[0]["key"] if lines else {}
        kept = [line for line in lines[1:] if known.get(file_of(line)) == key.get(file_of(line)) is not None]
        if known != key:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in [{"key": key}, *kept])
        self._take(kept)

    def _lines(self) -> list[dict]:
        if not os.path.exists(self.path):
            return []
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def _take(self, lines: list[dict]) -> None:
        for line in lines:
            if line.get("forgotten"):
                self._drop(line["name"])
            elif line.get("unreached"):
                self.unreached.add(line["name"])
            elif line.get("same"):
                self.same.add(line["name"])
            else:
                self.found.setdefault(line["name"], {})[line["look"]] = judges.Outcome(**line["outcome"])

    def _append(self, line: dict) -> None:
        with self.lock, open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _drop(self, name: str) -> None:
        self.found.pop(name, None)
        self.same.discard(name)
        self.unreached.discard(name)

    def forget(self, which: str | None, mutants: list[points.Mutant]) -> None:
        """Forget what is known of "survivors" or "all"; None: nothing."""
        for mutant in mutants:
            if which == "all" or which == "survivors" and not self.killed(mutant):
                if mutant.name in self.found:
                    self._drop(mutant.name)
                    self._append({"name": mutant.name, "forgotten": True})

    def outcomes(self, mutant: points.Mutant) -> dict[str, judges.Outcome]:
        return self.found.get(mutant.name, {})

    def killed(self, mutant: points.Mutant) -> bool:
        """By what the task counts: the C tests of the core do not."""
        return any(outcome.killed for look, outcome in self.outcomes(mutant).items() if look != "C tests")

    def tests_kill(self, mutant: points.Mutant) -> bool:
        """Does a C test of the core fail with it? They are asked about survivors only."""
        return any(outcome.killed for look, outcome in self.outcomes(mutant).items() if look == "C tests")

    def rules(self, mutant: points.Mutant) -> set[str]:
        return {rule for outcome in self.outcomes(mutant).values() for rule in outcome.rules}

    def _next(self, mutant: points.Mutant, rules: bool, looks: list[str]) -> str | None:
        """Which of the looks is due."""
        outcomes = self.outcomes(mutant)
        if any(outcome.end for outcome in outcomes.values()) or self.rules(mutant) or (self.killed(mutant) and not rules):
            return None
        for look in looks:
            if look not in outcomes and not (self.killed(mutant) and look in ("explored", "fuzzed", "big clusters", "C tests")):
                return look
        return None

    def wants(self, mutant: points.Mutant, rules: bool) -> bool:
        return self._next(mutant, rules, judges.Judges.LOOKS) is not None

    def examine(self, every: judges.Judges, mutant: points.Mutant, rules: bool, looks: list[str]) -> None:
        """Let all of these looks that are due be made."""
        if not every.reaches(mutant.number) and mutant.name not in self.unreached:
            self.unreached.add(mutant.name)
            self._append({"name": mutant.name, "unreached": True})
        while (look := self._next(mutant, rules, looks)) is not None:
            outcome = every.look(look, mutant)
            self.found.setdefault(mutant.name, {})[look] = outcome
            self._append({"name": mutant.name, "look": look, "outcome": dataclasses.asdict(outcome)})

    def same_code(self, walk: points.Walk, jobs: int) -> None:
        """Which of a file's survivors are the original to the compiler. Whom a C test kills cannot be."""
        alive = [mutant for mutant in walk.mutants if mutant.name in self.found and not self.killed(mutant)
                 and not self.tests_kill(mutant) and mutant.name not in self.same]
        original = schemata.machine_code(walk.file, 0) if alive else ""
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            for mutant, code in zip(alive, pool.map(lambda mutant: schemata.machine_code(walk.file, mutant.number), alive)):
                if code == original:
                    self.same.add(mutant.name)
                    self._append({"name": mutant.name, "same": True})
