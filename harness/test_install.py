"""Installing, as people do it who package votesim or write programs on its core, and the examples for CI."""

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest
import yaml

from .support import ROOT, make, votesim

HOST = """
#include <stdio.h>
#include <votequorum-core/votequorum.h>
int main(void)
{
	const struct vq_limits limits = {.nodes = 3, .connections = 1};
	printf("%d\\n", vq_size(&limits) > 0);
	return 0;
}
"""


def need(program: str) -> str:
    path = shutil.which(program)
    if not path:
        pytest.skip(f"{program} is not installed")
    return path


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A folder into which `make install` has put everything, with the prefix /opt/votesim."""
    folder = tmp_path_factory.mktemp("stage")
    make("install", f"DESTDIR={folder}", "prefix=/opt/votesim")
    return folder


def test_install_writes_below_destdir_and_uninstall_takes_all_of_it(stage, tmp_path):
    assert [entry.name for entry in stage.iterdir()] == ["opt"]
    copy = tmp_path / "stage"
    shutil.copytree(stage, copy)
    make("uninstall", f"DESTDIR={copy}", "prefix=/opt/votesim")
    assert [path for path in copy.rglob("*") if path.is_file()] == []


def test_the_installed_program_runs_the_installed_scenarios(stage):
    share = stage / "opt/votesim/share/votesim"
    done = votesim(str(stage / "opt/votesim/bin/votesim"), "run", "-q", "scenarios/flags", cwd=share)
    assert done.returncode == 0 and "all held" in done.stdout
    schemas = [name for name in os.listdir(f"{ROOT}/reports") if name.endswith((".json", ".xsd"))]
    assert sorted(path.name for path in share.iterdir()) == sorted([*schemas, "scenarios"])


def test_a_program_finds_the_core_by_pkg_config(stage, tmp_path):
    need("pkg-config")
    (tmp_path / "host.c").write_text(HOST)
    environment = os.environ | {"PKG_CONFIG_PATH": f"{stage}/opt/votesim/lib/pkgconfig", "PKG_CONFIG_SYSROOT_DIR": str(stage)}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "votequorum-core >= 0.1"], env=environment,
                           capture_output=True, text=True, check=True).stdout.split()
    subprocess.run(["cc", "-Wall", "-Werror", "host.c", *flags, "-o", "host"], cwd=tmp_path, check=True)
    assert subprocess.run([tmp_path / "host"], capture_output=True, text=True, check=True).stdout == "1\n"


def test_a_program_finds_the_core_by_cmake(stage, tmp_path):
    need("cmake")
    (tmp_path / "host.c").write_text(HOST)
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.13)\nproject(host C)\nfind_package(votequorum-core 0.1 REQUIRED)\n"
        "add_executable(host host.c)\ntarget_link_libraries(host votequorum-core::votequorum-core)\n")
    subprocess.run(["cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={stage}/opt/votesim"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", "build"], cwd=tmp_path, check=True, capture_output=True)
    assert subprocess.run([tmp_path / "build/host"], capture_output=True, text=True, check=True).stdout == "1\n"


def complete(program, *words: str) -> list[str]:
    """What bash offers for the last of the words."""
    quoted = " ".join(f"'{word}'" for word in words)
    script = (f"PATH={os.path.dirname(os.path.abspath(program))}:$PATH; . {ROOT}/sim/completion/votesim.bash; COMP_WORDS=(votesim {quoted}); "
              f"COMP_CWORD={len(words)}; _votesim; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    return sorted(filter(None, subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split("\n")))


def test_bash_completes_what_help_tells_of(program):
    text = votesim(program, "--help").stdout
    commands = set(re.findall(r"^  votesim ([a-z]+)", text, re.M))
    assert commands >= {"run", "check", "explore", "explain"}
    assert commands <= set(complete(program, ""))
    assert complete(program, "ch") == ["check"]
    assert "--junit" in complete(program, "run", "--") and "--depth" not in complete(program, "run", "--")
    assert complete(program, "run", "--ju") == ["--junit"] and "--depth" in complete(program, "explore", "--d")
    told = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text[text.index("votesim run"):text.index("votesim check")]))
    assert told == set(complete(program, "run", "-"))


# A shell at a terminal that keeps what it would offer, and ends at the first completion.
ZSH = """\
PROMPT=ready
fpath=({folder} $fpath)
path=({program} $path)
autoload -Uz compinit && compinit -u -D
compadd() {{
    [[ ${{@[1,(i)(-|--)]}} == *-(O|A|D)\\ * ]] || {{ local -a found; builtin compadd -A found "$@"; print -rl -- $found >> caught }}
    builtin compadd "$@"
}}
finish() {{ print -r -- END >> caught; exit }}
comppostfuncs=(finish)
bindkey '^I' complete-word
zstyle ':completion:*' insert-tab false
"""


@pytest.fixture
def zsh_completes(program, tmp_path):
    """What zsh offers when the tabulator key comes behind this line."""
    shell = need("zsh")
    caught = tmp_path / "caught"
    (tmp_path / ".zshrc").write_text(ZSH.format(folder=f"{ROOT}/sim/completion", program=os.path.dirname(os.path.abspath(program))))

    def ended() -> bool:
        return caught.exists() and caught.read_text().endswith("END\n")

    def run(line: str) -> list[str]:
        caught.unlink(missing_ok=True)
        ours, theirs = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path), "TERM": "dumb", "LC_ALL": "C"}
        process = subprocess.Popen([shell, "-d", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, start_new_session=True,
                                   env=environment)
        os.close(theirs)
        shown, typed, until_s = b"", False, time.monotonic() + 60
        while time.monotonic() < until_s and not ended() and process.poll() is None:
            if select.select([ours], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    shown += os.read(ours, 4096)
            if b"ready" in shown and not typed:
                os.write(ours, f"{line}\t".encode())
                typed = True
        process.kill()
        process.wait()
        os.close(ours)
        assert ended(), shown
        return sorted(caught.read_text().splitlines()[:-1])
    return run


def test_zsh_completes_what_help_tells_of(program, zsh_completes, tmp_path):
    commands = set(re.findall(r"^  votesim ([a-z]+)", votesim(program, "--help").stdout, re.M))
    assert commands >= {"run", "fmt"} and commands <= set(zsh_completes("votesim "))
    assert zsh_completes("votesim fm") == ["fmt"]
    assert zsh_completes("votesim run --ju") == ["--junit"]
    assert zsh_completes("votesim fmt --") == complete(program, "fmt", "--") == ["--check", "--diff"]
    (tmp_path / "first.yaml").touch()
    assert zsh_completes("votesim check fi") == ["first.yaml"]


def commands_of(path: str) -> list[str]:
    """The lines of an example's scripts that call votesim."""
    with open(f"{ROOT}/reports/ci/{path}", encoding="utf-8") as file:
        example = yaml.safe_load(file)
    if "jobs" in example:
        scripts = [step["run"] for job in example["jobs"].values() for step in job["steps"] if "run" in step]
    else:
        scripts = example["votesim"]["script"]
    return [line for script in scripts for line in script.splitlines() if line.startswith("votesim ")]


@pytest.mark.parametrize("path", ["github.yml", "gitlab.yml"])
@pytest.mark.parametrize("what", ["holds", "fails", "covers little"])
def test_the_examples_for_ci_do_what_they_say(stage, tmp_path, path, what):
    """The job fails when a scenario does, and when the scenarios put too few rules to the test."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    begin = "scenario: s\ncluster: {nodes: 3}\nsteps:\n  - start: all\n"
    rest = "  - trackstart: {node: 1, client: a}\n  - crash: 3\n  - start: 3\n"
    quorate = "false" if what == "fails" else "true"
    (folder / "s.yaml").write_text(f"{begin}{'' if what == 'covers little' else rest}  - expect: {{quorate: {{1: {quorate}}}}}\n")
    environment = os.environ | {"PATH": f"{stage}/opt/votesim/bin:{os.environ['PATH']}"}
    commands = commands_of(path)
    assert [command.split()[1] for command in commands] == ["check", "run"]
    done = [subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True) for command in commands]
    assert [run.returncode for run in done] == [0, 0 if what == "holds" else 1]
    assert ("coverage of rules is" in done[1].stderr) == (what == "covers little")
    assert ("FAILED s" in done[1].stderr) == (what == "fails")
    written = {entry.name for entry in tmp_path.iterdir()} - {"scenarios"}
    with open(f"{ROOT}/reports/ci/{path}", encoding="utf-8") as file:
        text = file.read()
    assert "votesim-coverage" in written and all(text.count(name) >= 2 for name in written)


def test_make_deb_passes_lintian(tmp_path):
    need("lintian")
    need("dh")
    done = subprocess.run(["make", "--no-print-directory", "deb", f"BUILD={tmp_path}/build"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    packages = sorted(path.name.split("_")[0] for path in (tmp_path / "build/deb").glob("*.deb"))
    assert [name for name in packages if not name.endswith("-dbgsym")] == ["libvotequorum-core-dev", "votesim"]
