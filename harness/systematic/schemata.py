"""One program that holds every mutant: the core's text with each change behind a test of one number.

`VQ_IS(n)` in the text asks whether mutant n is meant. What that means is chosen by the compiler's flags: the number in
the environment variable VQ_MUTANT; nobody, but note that n was asked for, in the file that VQ_REACHED names when the program ends; or
the one that VQ_ONLY names, for comparing what the compiler makes of one mutant with what it makes of the original.
"""

import concurrent.futures
import dataclasses
import glob
import hashlib
import json
import os
import shutil
import subprocess

from ..mutants import yaml_library
from ..support import BUILD, ROOT, make
from . import points

FOLDER = os.path.join(BUILD, "systematic")
COMPILE = ["gcc", "-std=c17", "-D_GNU_SOURCE", "-w"]
SWITCH_H = """\
#if defined VQ_ONLY
#define VQ_IS(n) ((n) == VQ_ONLY)
#elif defined VQ_MARK
void vq_reach(int mutant);
#define VQ_IS(n) (vq_reach(n), 0)
#else
extern int vq_mutant;
#define VQ_IS(n) __builtin_expect(vq_mutant == (n), 0)
#endif
"""
SWITCH_C = """\
#include <stdio.h>
#include <stdlib.h>
#ifdef VQ_MARK
static char reached[MUTANTS + 1];
void vq_reach(int mutant) { reached[mutant] = 1; }
static void tell(void)
{
	FILE *file = fopen(getenv("VQ_REACHED"), "w");
	for (int i = 0; i <= MUTANTS; i++)
		if (reached[i])
			fprintf(file, "%d\\n", i);
	fclose(file);
}
__attribute__((constructor)) static void start(void) { if (getenv("VQ_REACHED")) atexit(tell); }
#else
int vq_mutant;
__attribute__((constructor)) static void start(void) { const char *text = getenv("VQ_MUTANT"); vq_mutant = text ? atoi(text) : 0; }
#endif
"""
REPLAY_C = """\
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
static uint64_t state = 1;
static uint64_t next(void) /* SplitMix64 */
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
static void one(const uint8_t *from, size_t size)
{
	uint8_t *bytes = malloc(size + !size);
	for (size_t i = 0; i < size; i++)
		bytes[i] = from ? from[i] : (uint8_t)next();
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
}
/* usage: REPLAY COUNT FILE...: each file, then COUNT inputs that a generator makes, always the same */
int main(int argc, char **argv)
{
	static uint8_t room[65536];
	for (int i = 2; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		one(room, fread(room, 1, sizeof room, file));
		fclose(file);
	}
	for (int i = 0; i < atoi(argv[1]); i++)
		one(NULL, next() % 600);
	return 0;
}
"""


def compile_(command: list[str]) -> None:
    """Raises RuntimeError with the compiler's words."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-4000:]}")


def write(walks: list[points.Walk], folder: str = FOLDER) -> None:
    """The changed text of each file in FOLDER/core, the headers that have no mutants beside it."""
    shutil.rmtree(os.path.join(folder, "core"), ignore_errors=True)
    os.makedirs(os.path.join(folder, "core"))
    for header in glob.glob(f"{ROOT}/core/*.h"):
        shutil.copy(header, os.path.join(folder, "core"))
    for walk in walks:
        with open(os.path.join(folder, "core", walk.file), "wb") as file:
            # Assertions and error messages name the line of the source.
            file.write(walk.changes.apply(walk.text))
    for name, text in (("switch.h", SWITCH_H), ("switch.c", SWITCH_C)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def compile_all(folder: str, kind: str, flags: list[str], jobs: int) -> dict[str, str]:
    """Compile all of FOLDER/core to FOLDER/KIND; returns the object file of each source."""
    os.makedirs(os.path.join(folder, kind), exist_ok=True)
    sources = [*sorted(glob.glob(f"{folder}/core/*.c")), f"{folder}/switch.c"]
    made = {os.path.basename(source): os.path.join(folder, kind, os.path.basename(source)[:-2] + ".o") for source in sources}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda source: compile_([*COMPILE, *flags, "-I", folder, "-include", f"{folder}/switch.h", "-c", "-o",
                                               made[os.path.basename(source)], source]), sources))
    return made


def link(folder: str, name: str, made: list[str]) -> str:
    """Make FOLDER/votesim-NAME; the simulator, and what else of the core is wanted, are those in build/."""
    program = os.path.join(folder, f"votesim-{name}")
    libraries = [f"{BUILD}/libvotesim.a", f"{BUILD}/libvotequorum_core.a"]
    compile_([*COMPILE, "-fno-lto", "-o", program, f"{BUILD}/sim/main.o", *made, *libraries, *yaml_library()])
    return program


@dataclasses.dataclass
class Programs:
    """What was built."""
    folder: str
    mutants: dict[str, str]  # by the file that is mutated: one file each, since every test of VQ_MUTANT costs time
    reached: str             # marks what is reached
    objects: dict[str, str]


def build(walks: list[points.Walk], folder: str = FOLDER, jobs: int = 2) -> Programs:
    """The programs of all mutants: two minutes of one core, or nothing when they are there."""
    make("all")
    known = _known(folder, walks)
    if known:
        return known
    write(walks, folder)
    count = f"-DMUTANTS={sum(len(walk.mutants) for walk in walks)}"
    made = compile_all(folder, "mutants", ["-O2", count], jobs)
    reached = link(folder, "reached", list(compile_all(folder, "reached", ["-O1", "-DVQ_MARK", count], jobs).values()))
    programs = {}
    for walk in walks:
        if walk.file.endswith(".h"):
            programs[walk.file] = link(folder, walk.file, [made["switch.c"], *_with_header_only(folder, walk, jobs)])
        else:
            programs[walk.file] = link(folder, walk.file, [made["switch.c"], made[walk.file]])
    with open(os.path.join(folder, "built.json"), "w", encoding="utf-8") as file:
        json.dump({"from": _made_from(walks), "programs": [folder, programs, reached, made]}, file)
    return Programs(folder, programs, reached, made)


def _made_from(walks: list[points.Walk]) -> str:
    digest = hashlib.sha256()
    paths = [f"{BUILD}/libvotesim.a", f"{BUILD}/libvotequorum_core.a", *sorted(glob.glob(f"{ROOT}/core/*.h"))]
    for text in [*(walk.changes.apply(walk.text) for walk in walks), *map(read, paths)]:
        digest.update(text)
    return digest.hexdigest()


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _known(folder: str, walks: list[points.Walk]) -> Programs | None:
    """What an earlier build left, when it was of the same text."""
    path = os.path.join(folder, "built.json")
    if not os.path.exists(path):
        return None
    built = json.loads(read(path))
    return Programs(*built["programs"]) if built["from"] == _made_from(walks) else None


def _with_header_only(folder: str, walk: points.Walk, jobs: int) -> list[str]:
    """The core with that header's mutants and no others."""
    inner = os.path.join(folder, "header")
    shutil.rmtree(inner, ignore_errors=True)
    shutil.copytree(os.path.join(ROOT, "core"), os.path.join(inner, "core"),
                    ignore=shutil.ignore_patterns("*_test.c", "fuzz_*", "fake_*", "bench_*"))
    for name in (f"core/{walk.file}", "switch.h", "switch.c"):
        shutil.copy(os.path.join(folder, name), os.path.join(inner, name))
    made = compile_all(inner, "mutants", ["-O2", "-DMUTANTS=0"], jobs)
    return [path for name, path in made.items() if name != "switch.c"]


def build_tests(programs: Programs) -> list[str]:
    """The core's C tests, linked with all mutants."""
    make("test-programs")
    tests = []
    for test in sorted(glob.glob(f"{ROOT}/core/*_test.c")):
        name = os.path.basename(test)[:-2]
        tests.append(os.path.join(programs.folder, name))
        compile_([*COMPILE, "-o", tests[-1], f"{BUILD}/core/{name}.o", *programs.objects.values(), f"{BUILD}/libfakes.a", "-lcmocka"])
    return tests


def build_fuzzers(programs: Programs, jobs: int = 2) -> dict[str, str]:
    """Programs by the name of the fuzzer, with all mutants: those of the core under the sanitizers, the world's plain."""
    folder = programs.folder
    with open(os.path.join(folder, "replay.c"), "w", encoding="utf-8") as file:
        file.write(REPLAY_C)
    mutants = sum(1 for walk in points.walk() for _ in walk.mutants)
    sanitizers = ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    checked = list(compile_all(folder, "sanitized", [*sanitizers, f"-DMUTANTS={mutants}"], jobs).values())
    made = {}
    for source, objects, flags in (("core/fuzz_client.c", checked, sanitizers), ("core/fuzz_deliver.c", checked, sanitizers),
                                   ("sim/world/fuzz_world.c", list(programs.objects.values()), ["-O1", "-fno-lto"])):
        name = os.path.basename(source)[:-2]
        made[name] = os.path.join(folder, name)
        compile_([*COMPILE, *flags, "-I", ROOT, "-o", made[name], f"{ROOT}/{source}", f"{folder}/replay.c", *objects,
                  *([f"{BUILD}/libvotesim.a", *yaml_library()] if source.startswith("sim") else [f"{ROOT}/core/fake_host.c"])])
    return made


def single(mutant: points.Mutant | None, sources: list[str], folder: str) -> str:
    """One mutant for good (None: the original), as the program FOLDER/votesim-single: the files that have it are compiled, the rest is
    what is in build/. For a few of them; write() comes before."""
    number = mutant.number if mutant else 0
    made = []
    for source in sources:
        made.append(os.path.join(folder, source[:-2] + ".o"))
        compile_([*COMPILE, "-O1", f"-DVQ_ONLY={number}", "-I", folder, "-include", f"{folder}/switch.h", "-c", "-o", made[-1],
                  f"{folder}/core/{source}"])
    return link(folder, "single", made)


def machine_code(file: str, number: int, folder: str = FOLDER) -> str:
    """A digest of what gcc -O2 makes of this file and this mutant alone (0: the original)."""
    users = [file] if file.endswith(".c") else sorted(os.path.basename(path) for path in glob.glob(f"{folder}/core/*.c"))
    digest = hashlib.sha256()
    for user in users:
        output = os.path.join(folder, f"only-{number}-{user[:-2]}.o")
        compile_([*COMPILE, "-O2", "-fno-asynchronous-unwind-tables", f"-DVQ_ONLY={number}", "-I", folder, "-include",
                  f"{folder}/switch.h", "-c", "-o", output, f"{folder}/core/{user}"])
        dump = subprocess.run(["objdump", "-d", "-r", "-s", "--no-show-raw-insn", output], capture_output=True, text=True, check=True).stdout
        digest.update(dump.split("\n", 3)[3].encode())
        os.unlink(output)
    return digest.hexdigest()
