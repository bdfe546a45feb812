"""Every fuzzer for some seconds (`make fuzz` runs them for longer), under the address and undefined behaviour sanitizers."""

import os
import shutil

import pytest

from . import fuzz
from .support import make, missing

SECONDS = int(os.environ.get("FUZZ_SECONDS", "10"))


@pytest.mark.parametrize("source", fuzz.fuzzers())
def test_fuzzing_finds_nothing(source):
    if not shutil.which("clang"):
        missing("clang", "clang")
    make(f"build/fuzz/{source[:-2]}")
    done = fuzz.run(source, SECONDS)
    assert done.returncode == 0, done.stderr[-4000:]
