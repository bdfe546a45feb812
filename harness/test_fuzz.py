"""Every fuzzer, under the address and undefined behaviour sanitizers: what it is known to reach, then some thousand
inputs more, drawn from one seed: a test that fails fails everywhere (`make fuzz` looks further, elsewhere each time).
"""

import os
import shutil

import pytest

from . import fuzz
from .support import ROOT, make, missing


def build(source: str) -> None:
    if not shutil.which("clang"):
        missing("clang", "clang")
    make(f"build/fuzz/{source[:-2]}")


@pytest.mark.parametrize("source", fuzz.fuzzers())
def test_the_corpus_passes(source):
    build(source)
    files = fuzz.files_below(fuzz.corpus_of(source))
    done = fuzz.replay(source)
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr.count("Executed ") == len(files)


@pytest.mark.parametrize("source", fuzz.fuzzers())
def test_fuzzing_finds_nothing(source):
    build(source)
    inputs = fuzz.INPUTS.get(fuzz.name_of(source), fuzz.INPUTS_ELSE)
    done = fuzz.run_again(source, inputs)
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {inputs} runs" in done.stderr


@pytest.mark.parametrize("source", fuzz.fuzzers())
def test_the_corpus_is_there_and_small(source):
    sizes = [os.path.getsize(path) for path in fuzz.files_below(fuzz.corpus_of(source))]
    assert len(sizes) > 1
    assert max(sizes) <= fuzz.INPUT_BYTES_MAX
    assert sum(sizes) <= fuzz.CORPUS_BYTES_MAX


def test_every_corpus_has_its_fuzzer():
    folders = [entry.name for entry in os.scandir(os.path.join(ROOT, fuzz.CORPUS)) if entry.is_dir()]
    assert sorted(folders) == sorted(map(fuzz.name_of, fuzz.fuzzers()))
