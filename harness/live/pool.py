"""A process for each cluster, so that a killed run leaves no process and a broken case harms no other."""

import json
import os
import selectors
import subprocess
import sys

from . import processes

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Pool:
    """`python3 -m MODULE --work` for each task, which reads its task and prints its result, both JSON."""

    def __init__(self, jobs: int, module: str):
        """At most `jobs` at once."""
        self.jobs = jobs
        self.module = module
        self.selector = selectors.DefaultSelector()
        self.running = {}
        self.done = {}

    def run(self, tasks: list[dict]):
        """Yields the result of each task, in their order; None for one that failed."""
        done, wanted = {}, 0
        for number, result in self.as_ended(tasks):
            done[number] = result
            while wanted in done:
                yield done.pop(wanted)
                wanted += 1

    def as_ended(self, tasks: list[dict]):
        """Yields (index of the task, its result or None) as they end."""
        waiting = list(enumerate(tasks))
        for _ in tasks:
            while not self.done:
                while waiting and len(self.running) < self.jobs:
                    self._begin(*waiting.pop(0))
                for key, _ in self.selector.select():
                    self._read(key.data)
            while waiting and len(self.running) < self.jobs:
                self._begin(*waiting.pop(0))
            yield self.done.popitem()

    def close(self) -> None:
        """Ask those still running to take their clusters down, and wait for them."""
        for worker, _ in self.running.values():
            worker.terminate()
        for worker, _ in self.running.values():
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                processes.kill(worker)

    def _begin(self, number, task):
        worker = processes.spawn([sys.executable, "-m", self.module, "--work"], cwd=ROOT,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        worker.stdin.write(json.dumps(task).encode())
        worker.stdin.close()
        self.running[number] = (worker, [])
        self.selector.register(worker.stdout, selectors.EVENT_READ, number)

    def _read(self, number):
        worker, chunks = self.running[number]
        chunk = os.read(worker.stdout.fileno(), 1 << 16)
        if chunk:
            chunks.append(chunk)
            return
        self.selector.unregister(worker.stdout)
        worker.wait()
        del self.running[number]
        self.done[number] = json.loads(b"".join(chunks)) if worker.returncode == 0 else None
        processes.kill(worker)
