"""Tells views how the tree and the usage are now: soon after an event, and from time to time, only while one looks.

Weighed: (a) views ask when an event comes, and every second for the state that no event tells: each question makes the
notebook's busy sign flicker, and in Voila the answer waits for the running cell; (b) the tree in each event: a burst of
crashes sends it a hundred times. (c), this: one thread per kernel samples at most 20 times a second and pushes what is
new. The thread ends with its last listener.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import msgspec

from sandbox_kernel import wire
from sandbox_kernel.errors import SandboxError

log = logging.getLogger(__name__)

Sample = wire.Tree | wire.Usage
Listener = Callable[[Sample], None]

IDLE_S = 0.5
FRAME_S = 0.05
USAGE_EVERY = 4


class LiveFeed:
    """`tree` and `usage` say how it is; `wake` after an event. Listeners are called on the feed's own thread."""

    def __init__(self, tree: Callable[[], wire.Tree], usage: Callable[[], wire.Usage]) -> None:
        self._tree, self._usage = tree, usage
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._last: wire.Tree | None = None
        self._samples = 0

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls back with everything at once and then with what is new; returns what ends it."""
        with self._lock:
            self._listeners.append(listener)
            self._last, self._samples = None, 0
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox-live", daemon=True)
                self._thread.start()
        self._woken.set()

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)
            self._woken.set()

        return stop

    def wake(self, _: object = None) -> None:
        """Something happened: sample soon. Any thread, never blocks."""
        self._woken.set()

    def sample(self) -> None:
        """Tells the listeners what is new since the sample before."""
        with self._lock:
            listeners = tuple(self._listeners)
            last, turn = self._last, self._samples
            self._samples += 1
        found: list[Sample] = []
        try:
            tree = self._tree()
        except SandboxError:  # the system is being stopped: there is no tree to show
            return
        if last is None or _ageless(tree.roots) != _ageless(last.roots):
            found.append(tree)
        if turn % USAGE_EVERY == 0:
            found.append(self._usage())
        with self._lock:
            self._last = tree if self._samples else None
        for listener in listeners:
            for one in found:
                _tell(listener, one)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            self._woken.wait(IDLE_S)
            self._woken.clear()
            with self._lock:
                if not self._listeners:
                    self._thread = None
                    return
            self.sample()
            pause.wait(FRAME_S)


def _ageless(roots: list[wire.TreeNode]) -> list[wire.TreeNode]:
    """A tree in which only time went by is the same tree."""
    return [msgspec.structs.replace(node, age_s=0.0, children=_ageless(node.children)) for node in roots]


def _tell(listener: Listener, sample: Sample) -> None:
    try:
        listener(sample)
    except Exception:  # a border: a broken view cannot silence the others
        log.exception("a live view failed")
