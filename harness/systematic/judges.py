"""What looks at a mutant: the scenario library, the recordings, a short exploration, a replay, seeded runs, the fuzzers, the core's C tests.

Each look runs the healthy program once, at first, and then the same on every mutant. A scenario kills when a rule or
an expectation fails that did not, a recording when it is no longer given, an exploration or a replay when it says something else,
a C test when it fails; anything that ends otherwise than healthy (an assertion, a signal, too long) kills too.
Only what reaches the mutant is run: the rest cannot differ.
"""

import dataclasses
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from xml.etree import ElementTree

from .. import explored
from .. import truth_to_scenario as truth
from ..mutants import failures
from ..support import ROOT, scenario_files
from . import points, schemata

CPU_S = 3  # of a mutant's look; the healthy takes less than half a second
BIG_CPU_S = 12
FUZZ_CPU_S = 30
MARKING_CPU_S = 300
MEMORY = 2 << 30
CHUNKS = [12, 48]  # files of the first looks at the library; the third takes the rest
SEED = "1"
BIG = ("/partitions/big-clusters.yaml", "/partitions/more-nodes-than-corosync-has.yaml")  # most of the library's time
DEPTH = {2: 3, 3: 3, 4: 2, 5: 1}  # events in the explorations, by the number of nodes


@dataclasses.dataclass
class Outcome:
    """What one look found."""
    end: str = ""  # how it ended when not by itself
    rules: list[str] = dataclasses.field(default_factory=list)
    expectations: list[str] = dataclasses.field(default_factory=list)  # scenarios
    others: list[str] = dataclasses.field(default_factory=list)        # recordings, explorations, C tests
    changed: bool = False  # does anything that was seen differ from the healthy, be it judged or not?

    @property
    def killed(self) -> bool:
        return bool(self.end or self.rules or self.expectations or self.others)


def limited(command: list[str], mutant: int, seconds: int = CPU_S, **environment: str) -> subprocess.CompletedProcess:
    """Run it as that mutant, with bounds on its processor time and memory."""
    bounds = ["prlimit", f"--cpu={seconds}:{seconds + 1}", f"--as={MEMORY}", "--core=0"]
    return subprocess.run([*bounds, *command], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", env={**os.environ, "VQ_MUTANT": str(mutant), **environment})


def run(command: list[str], mutant: int = 0, seconds: int = CPU_S) -> tuple[str, str]:
    """How it ended ("" for status 0 and 1), and its standard output."""
    done = limited(command, mutant, seconds if mutant else MARKING_CPU_S)
    ends = {-6: "abort", -24: "hangs", -9: "hangs", -11: "segmentation fault"}
    if done.returncode in (0, 1):
        return "", done.stdout
    broken = re.search(r"broken: (ALWAYS|NEVER)", done.stderr)
    return "assertion" if broken else ends.get(done.returncode, f"exit status {done.returncode}"), done.stdout


def told(end: str, junit: str) -> tuple[str, set[tuple[str, str]]]:
    """How it ended, and what failed. A report that is no XML (names that are no text came out of the core) is an end, too."""
    try:
        return end, set() if end else failures(junit)
    except ElementTree.ParseError:
        return "unreadable report", set()


class Scenarios:
    """Runs files and compares verdicts and hashes."""

    def __init__(self, folder: str, healthy: str, files: list[str], options: list[str]):
        self.folder, self.options = folder, options
        _, failed, text = self._run(healthy, files, 0)
        self.failed = failed
        self.lines = set(text.splitlines())

    def _run(self, program: str, files: list[str], mutant: int):
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".xml") as junit:
            seconds = BIG_CPU_S if files[0].endswith(BIG) else CPU_S
            end, text = run([program, "run", *self.options, "--junit", junit.name, *files], mutant, seconds)
            return *told(end, junit.name), text

    def look(self, program: str, mutant: int, files: list[str]) -> Outcome:
        if not files:
            return Outcome()
        end, failed, text = self._run(program, files, mutant)
        new = failed - self.failed
        held = {line for line in text.splitlines()[:-1]}
        return Outcome(end, sorted({kind for _, kind in new if kind != "expectation"}),
                       sorted({name for name, kind in new if kind == "expectation"}), [], bool(end) or not held <= self.lines)


class Seeded(Scenarios):
    """Expectations are the plain run's: with a seed only rules count."""

    def look(self, program: str, mutant: int, files: list[str]) -> Outcome:
        outcome = super().look(program, mutant, files)
        outcome.expectations = []
        return outcome


class Recordings:
    """The recordings of real daemons that the healthy program gives exactly; on all others only rules count."""

    def __init__(self, folder: str, healthy: str):
        self.folder = os.path.join(folder, "recordings")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.known = {}
        for path in sorted(glob.glob(f"{ROOT}/harness/truth/*.jsonl")):
            for recording in truth.read(path):
                try:
                    conversion = truth.write(recording, self.folder)
                except truth.ConversionError:
                    continue
                if run([healthy, "check", self.path(conversion.name)])[0]:
                    continue
                self.known[conversion.name] = (conversion, truth.from_recording(conversion, recording["events"]))
        self.texts, self.failed = {}, set()
        _, self.texts, self.failed = self._run(healthy, self.files(), 0)
        self.exact = {name for name in self.known if not self._differs(name, self.texts.get(name, ""))}

    def path(self, name: str) -> str:
        return os.path.relpath(os.path.join(self.folder, name + ".yaml"), ROOT)

    def files(self) -> list[str]:
        return [self.path(name) for name in sorted(self.known)]

    def _run(self, program: str, files: list[str], mutant: int):
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".xml") as junit:
            end, text = run([program, "run", "-q", "--trace", "-", "--junit", junit.name, *files], mutant)
            texts: dict[str, list] = {}
            for line in text.splitlines():
                name = re.search(r',"scenario":"([^"]*)"', line)
                if name:
                    texts.setdefault(name[1], []).append(line)
            end, failed = told(end, junit.name)
            return end, {name: "\n".join(lines) for name, lines in texts.items()}, failed

    def _differs(self, name: str, text: str) -> bool:
        conversion, recorded = self.known[name]
        return bool(truth.differences(conversion, recorded, truth.from_trace(conversion, text)))

    def look(self, program: str, mutant: int, files: list[str]) -> Outcome:
        if not files:
            return Outcome()
        end, texts, failed = self._run(program, files, mutant)
        if end:
            return Outcome(end, changed=True)
        names = [os.path.basename(path)[:-len(".yaml")] for path in files]
        changed = [name for name in names if texts.get(name, "") != self.texts.get(name, "")]
        rules = sorted({kind for _, kind in failed - self.failed if kind != "expectation"})
        return Outcome("", rules, [], [name for name in changed if name in self.exact and self._differs(name, texts.get(name, ""))],
                       bool(changed))


# How each configuration is explored: as it comes; equal nodes changing places; no two states taken for one that differ in a byte;
# with an administrator's calls.
WAYS = {"": [], "symmetry": ["--symmetry"], "exact": ["--exact"], "admin": ["--admin"]}
WAYS_DEPTH = 2  # of all but the first
REPLAYED = ", replayed"


class Explorations:
    """What `votesim explore` says of each configuration."""

    def __init__(self, folder: str, healthy: str):
        self.files = {}
        os.makedirs(os.path.join(folder, "explored"), exist_ok=True)
        for number, (name, nodes, quorum, depth) in enumerate(explored.CONFIGURATIONS):
            path = os.path.join(folder, "explored", f"{number:02}.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"scenario: explored\ncluster: {{nodes: {nodes}, quorum: {{{quorum}}}}}\nsteps: [{{start: all}}]\n")
            for way in WAYS if nodes != 5 else [""]:
                most = min(depth, DEPTH.get(nodes, 3))
                self.files[f"{name}, {way}" if way else name] = [path, min(most, WAYS_DEPTH) if way else most, WAYS[way]]
        self.said = {name: self._explore(healthy, name, 0) for name in self.files}

    def command(self, name: str) -> list[str]:
        path, depth, way = self.files[name]
        return ["explore", os.path.relpath(path, ROOT), "--depth", str(depth), *way]

    def _explore(self, program: str, name: str, mutant: int) -> tuple[str, str]:
        return run([program, *self.command(name)], mutant)

    def look(self, program: str, mutant: int, names: list[str]) -> Outcome:
        """The first that differs is enough."""
        for name in names:
            end, text = self._explore(program, name, mutant)
            if end or (end, text) != self.said[name]:
                return Outcome(end, others=[name], changed=True)
        return Outcome()


class Replays:
    """What `votesim replay` shows of every node after each step, and in the midst of it."""

    STEPS = 7
    FILES = ["features/auto-tie-breaker.yaml", "features/last-man-standing.yaml", "features/allow-downscale.yaml",
             "features/expected-votes-tracking.yaml", "features/wait-for-all.yaml", "qdevice/sync-held.yaml", "qdevice/master-wins.yaml",
             "qdevice/register-update-unregister.yaml", "flags/several-trackers-come-and-go.yaml", "partitions/uneven-votes.yaml",
             "reload/two-node.yaml"]

    def __init__(self, folder: str, healthy: str):
        self.commands = {}
        for path in self.FILES:
            path = os.path.relpath(os.path.join(folder, "scenarios", path), ROOT)
            runs = json.loads("[" + ",".join(run([healthy, "check", "--json", path])[1].splitlines()) + "]")
            name = runs[0]["scenario"] + (f" [{runs[0]['variant']}]" if runs[0].get("variant") else "")
            moments = [f"before {step}; json; who; next 4; json; next 3; json; next 2; json" for step in range(min(self.STEPS, len(runs[0]["steps"])))]
            self.commands[path + REPLAYED] = ["replay", path, "--only", name, "-c", "; ".join([*moments, "end; json; who"])]
        self.said = {name: run([healthy, *command]) for name, command in self.commands.items()}

    def look(self, program: str, mutant: int, names: list[str]) -> Outcome:
        """The first that differs is enough."""
        for name in names:
            end, text = run([program, *self.commands[name]], mutant)
            if end or (end, text) != self.said[name]:
                return Outcome(end, others=[name], changed=True)
        return Outcome()


class Fuzzers:
    """What the fuzzers' oracles say of the inputs that are kept in the repo, and of others that a generator makes."""

    COUNTS = {"fuzz_client": 6000, "fuzz_deliver": 3000, "fuzz_world": 600}

    def __init__(self, programs: dict[str, str]):
        self.programs = programs
        self.files = {name: sorted(glob.glob(f"{ROOT}/harness/corpus/{name}/*")) for name in programs}
        for name in programs:
            end = self._end(name, 0)
            if end:
                raise RuntimeError(f"{name} does not pass with the healthy core: {end}")

    def _end(self, name: str, mutant: int) -> str:
        # the sanitizers reserve much more memory than there is
        command = ["prlimit", f"--cpu={FUZZ_CPU_S}:{FUZZ_CPU_S + 1}", "--core=0", self.programs[name], str(self.COUNTS[name]), *self.files[name]]
        options = "exitcode=99:detect_leaks=0:allocator_may_return_null=0"
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                              env={**os.environ, "VQ_MUTANT": str(mutant), "ASAN_OPTIONS": options, "UBSAN_OPTIONS": "exitcode=99"})
        if done.returncode == 0:
            return ""
        broken = re.search(r"broken: (ALWAYS|NEVER)|internal error", done.stderr)
        ends = {99: "sanitizer", -24: "hangs", -9: "hangs", -11: "segmentation fault", -6: "rule"}
        return "oracle" if broken else ends.get(done.returncode, f"exit status {done.returncode}")

    def look(self, mutant: int) -> Outcome:
        """The first that objects is enough."""
        for name in self.programs:
            if end := self._end(name, mutant):
                return Outcome(others=[f"{name}: {end}"], changed=True)
        return Outcome()


class Judges:
    """All of them, in the order in which they look."""

    LOOKS = ["library 1", "library 2", "library 3", "recordings", "explored", "replayed", "seeded", "fuzzed", "C tests", "big clusters"]

    def __init__(self, programs: schemata.Programs, tests: list[str], fuzzers: dict[str, str]):
        self.programs, self.tests = programs, tests
        self.fuzzers = Fuzzers(fuzzers)
        folder = programs.folder
        healthy = programs.mutants["quorum.c"]  # obeys VQ_MUTANT, and nobody is meant
        # Scenarios may be edited while this runs: all mutants see what the healthy saw.
        kept = os.path.join(folder, "scenarios")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, "scenarios"), kept)
        every = [os.path.relpath(os.path.join(folder, path), ROOT) for path in scenario_files()]
        self.big = sorted(path for path in every if path.endswith(BIG))
        self.small = [path for path in every if path not in self.big]
        self.library = Scenarios(folder, healthy, every, [])
        self.seeded = Seeded(folder, healthy, self.small, ["--seed", SEED])
        self.recordings = Recordings(folder, healthy)
        self.explorations = Explorations(folder, healthy)
        self.replays = Replays(folder, healthy)
        self.reached = self._all_reached()
        cost = {path: len(run([healthy, "run", "-q", "--trace-all", "--trace", "-", path])[1]) for path in self.small}
        self.order = sorted(self.small, key=lambda path: (-len(self.reached[path]) / (cost[path] + 20000), path))

    def _all_reached(self) -> dict[str, frozenset[int]]:
        """Which mutants each run comes to, kept until a program or a scenario changes."""
        runs = {path: ["run", "-q", path] for path in [*self.small, *self.big, *self.recordings.files()]}
        runs["seeded"] = ["run", "-q", *self.seeded.options, *self.small]
        runs.update({name: self.explorations.command(name) for name in self.explorations.files})
        runs.update(self.replays.commands)
        known = os.path.join(self.programs.folder, "reached.json")
        program = hashlib.sha256(schemata.read(self.programs.reached))
        digests = {name: self._digest(program.copy(), name) for name in runs}
        was = {}
        if os.path.exists(known):
            with open(known, encoding="utf-8") as file:
                was = json.load(file)
        reached = {name: was[name][1] if was.get(name, [""])[0] == digests[name] else self._reached(command) for name, command in runs.items()}
        with open(known, "w", encoding="utf-8") as file:
            json.dump({name: [digests[name], sorted(marks)] for name, marks in reached.items()}, file)
        return {name: frozenset(marks) for name, marks in reached.items()}

    def _digest(self, digest, name: str) -> str:
        """Of what a run depends on; `digest` has the program."""
        file = name.removesuffix(REPLAYED)
        for path in self.small if name == "seeded" else [file] if file.endswith(".yaml") else []:
            digest.update(schemata.read(os.path.join(ROOT, path)))
        return digest.hexdigest()

    def _reached(self, command: list[str]) -> frozenset[int]:
        with tempfile.NamedTemporaryFile(dir=self.programs.folder) as file:
            limited([self.programs.reached, *command], 0, MARKING_CPU_S, VQ_REACHED=file.name)
            return frozenset(map(int, file.read().split()))

    def reaches(self, mutant: int) -> bool:
        """Does any run of the healthy core come to the place?"""
        return any(mutant in reached for reached in self.reached.values())

    def look(self, name: str, mutant: points.Mutant) -> Outcome:
        """One of LOOKS."""
        program, number = self.programs.mutants[mutant.file], mutant.number
        if name.startswith("library"):
            files = [path for path in self.order if number in self.reached[path]]
            first, second = CHUNKS
            part = {"library 1": files[:first], "library 2": files[first:first + second], "library 3": files[first + second:]}[name]
            return self.library.look(program, number, part)
        if name == "recordings":
            return self.recordings.look(program, number, [path for path in self.recordings.files() if number in self.reached[path]])
        if name == "big clusters":
            return self.library.look(program, number, [path for path in self.big if number in self.reached[path]])
        if name == "seeded":
            return self.seeded.look(program, number, self.small if number in self.reached[name] else [])
        if name == "replayed":
            return self.replays.look(program, number, [name for name in self.replays.commands if number in self.reached[name]])
        if name == "explored":
            return self.explorations.look(program, number, [name for name in self.explorations.files if number in self.reached[name]])
        if name == "fuzzed":
            return self.fuzzers.look(number)
        failed = [os.path.basename(test) for test in self.tests if limited([test], number).returncode]
        return Outcome(others=failed, changed=bool(failed))
