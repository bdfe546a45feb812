"""A library connection: the process of client.c, its commands and what it printed."""

import json
import os
import selectors
import subprocess

from . import processes
from .network import Namespace

SOURCES = [os.path.join(os.path.dirname(os.path.abspath(__file__)), name) for name in ("client.c", "transport.c")]
FLAGS = ["-std=c17", "-D_GNU_SOURCE", "-O1"]
LIBRARIES = ["-lvotequorum", "-lcorosync_common", "-lqb", "-lpthread", "-ldl"]


def build(folder: str) -> str:
    """Compile client.c and transport.c into `folder`; returns the program's path. Raises subprocess.CalledProcessError."""
    program = os.path.join(folder, "client")
    # What the compiler writes on its way lies there, too.
    subprocess.run(["gcc", *FLAGS, "-o", program, *SOURCES, *LIBRARIES], check=True, env={**os.environ, "TMPDIR": folder})
    return program


class Client:
    """One connection to one daemon."""

    def __init__(self, command: list[str], node: Namespace, *arguments: str):
        """A process of client.c inside `node`: the command line that runs it, and client.c's arguments."""
        self.process = processes.spawn(node.enter(*command, *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.partial = b""
        self.ended = False

    def register(self, selector: selectors.BaseSelector, data) -> None:
        """Have `selector` watch for output, with `data` as its key's data."""
        selector.register(self.process.stdout, selectors.EVENT_READ, data)

    def send(self, command: str) -> bool:
        """Send one command; False when the process has ended."""
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return False
        return True

    def read(self) -> list[dict]:
        """The objects printed since the last call; sets `ended` at the end of output."""
        try:
            chunk = self.process.stdout.read()
        except ValueError:
            chunk = b""
        if chunk == b"":
            self.ended = True
        *lines, self.partial = (self.partial + (chunk or b"")).split(b"\n")
        return [json.loads(line) for line in lines if line]

    def close(self, selector: selectors.BaseSelector) -> None:
        """End the process, and with it the connection."""
        if not self.process.stdout.closed:
            try:
                selector.unregister(self.process.stdout)
            except KeyError:
                pass
        processes.kill(self.process)
