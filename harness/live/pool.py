"""A process for each cluster, so that a killed run leaves no process and a broken case harms no other."""

import json
import os
import selectors
import subprocess
import sys

from . import cleanup, processes

SIGNAL_CHECK_S = 0.2
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Pool:
    """`python3 -m MODULE --work` for each task, which reads its task and prints its result, both JSON.

    Use it as a context manager: leaving it ends those still running, which take their clusters down, and removes
    what they left. A signal that comes inside is heeded where results are waited for (processes.end_in_order).
    """

    def __init__(self, jobs: int, module: str):
        """At most `jobs` at once."""
        self.jobs = jobs
        self.module = module
        self.selector = selectors.DefaultSelector()
        self.running = {}
        self.done = {}
        self.hold = processes.held()

    def __enter__(self):
        self.hold.__enter__()
        return self

    def __exit__(self, *error):
        self._end()
        return self.hold.__exit__(*error)

    def run(self, tasks: list[dict]):
        """Yields the result of each task, in their order; None for one that failed."""
        done, wanted = {}, 0
        for number, result in self.as_ended(tasks):
            done[number] = result
            while wanted in done:
                yield done.pop(wanted)
                wanted += 1

    def as_ended(self, tasks: list[dict]):
        """Yields (index of the task, its result or None) as they end. Raises SystemExit after a signal."""
        waiting = list(enumerate(tasks))
        for _ in tasks:
            while not self.done:
                self._fill(waiting)
                for key, _ in self.selector.select(SIGNAL_CHECK_S):
                    self._read(key.data)
            self._fill(waiting)
            yield self.done.popitem()

    def _fill(self, waiting):
        processes.check_ended()
        while waiting and len(self.running) < self.jobs:
            self._begin(*waiting.pop(0))

    def _end(self):
        for worker, _ in self.running.values():
            worker.terminate()
        for worker, _ in self.running.values():
            try:
                worker.wait(30)
            except subprocess.TimeoutExpired:
                pass
            processes.kill(worker)
        self.running = {}
        self.selector.close()
        cleanup.clean()

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
