"""From a fork to a kernel: what a child must close, replace and make its own before it runs anybody's code.

Runs in the child only, before any thread. Whatever two siblings could share without meaning to is listed here and in
`ForkedKernelApp._become_unique`; what cannot be renewed after a fork (the seed of string hashes, the layout of memory) is
written down in docs/fast-start.md.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import itertools
import multiprocessing.process
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sandbox_kernel.isolation.ahead import enter_ahead
from sandbox_kernel.isolation.enter import await_word, isolate
from sandbox_kernel.isolation.spec import Spec
from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.application import ForkedKernelApp
from sandbox_kernel.zygote.protocol import CHANNELS, Claim, Words

STREAMS = ("0", "1", "2")
SPEC_LIMIT_BYTES = 1 << 18
HIGHEST_DESCRIPTOR = 1 << 20
COMPILE_WORKER = "sandbox_kernel.versions.launching"


@dataclass(slots=True)
class Task:
    """What a child is to become. `received` are its descriptors by name; `words` are read in the child only."""

    received: dict[str, int]
    listening: dict[str, int] = field(default_factory=dict)
    _words: Words | None = None

    @property
    def words(self) -> Words:
        self._words = self._words or protocol.read_words(self.received.pop("words"))
        return self._words

    @property
    def connection(self) -> bytes:
        return self.words.connection

    @property
    def connection_file(self) -> str:
        return self.words.connection_file


@dataclass(frozen=True, slots=True)
class Parking:
    """A child that is to wait for its claim. `line` is the descriptor over which it comes."""

    spec: Spec
    seeded: bool
    line: int


def run(app: ForkedKernelApp, task: Task | Parking) -> None:
    """Become the kernel, run it to its end."""
    if isinstance(task, Parking):
        park(app, task)
        return
    detach(task)
    channel = socket.socket(fileno=task.received["isolation"]) if "isolation" in task.received else None
    if channel is not None:
        enter_level(channel)
    else:
        os.chdir(task.words.cwd)
    replace_environment(task.words)
    furnish(app, seeded=os.environ.get("SANDBOX_KERNEL_SEED") != "no")
    if channel is not None:
        await_word(channel)  # only now: what is ours is made while the host looks
    app.claim(task)
    gc.enable()
    app.start()


def furnish(app: ForkedKernelApp, *, seeded: bool) -> None:
    """What every kernel has of its own, whoever's it will be."""
    if seeded:
        importlib.import_module(COMPILE_WORKER).plant()  # while there is one thread and little that it must not share
    reseed()
    app.furnish()


def park(app: ForkedKernelApp, parking: Parking) -> None:
    """As `run`, in the order that waiting needs: isolated and furnished first, claimed when somebody comes."""
    os.setsid()
    default_signals()
    close_all_but([parking.line])
    line, report = enter_ahead(parking.spec, socket.socket(fileno=parking.line))
    furnish(app, seeded=parking.seeded)

    def claimed() -> None:
        claim, descriptors = protocol.receive(line)
        line.close()
        if not isinstance(claim, Claim):
            os._exit(0)
        task = Task(dict(zip(claim.spawn.descriptors, descriptors, strict=True)))
        channel = socket.socket(fileno=task.received["isolation"])
        spec = Spec.from_json(channel.recv(SPEC_LIMIT_BYTES))
        take_streams(task)
        os.chdir(spec.cwd)
        replace_environment(task.words)
        await_word(channel)
        app.claim(task)
        gc.enable()

    def ready() -> None:
        open_and_close()
        line.sendall(report)

    app.await_claim(line.fileno(), ready, claimed)
    app.start()


def open_and_close() -> None:
    """A sandbox in a directory that is gone after it: what opening one needs is in memory then."""
    session = importlib.import_module("sandbox_kernel.runtime.session")
    with tempfile.TemporaryDirectory() as directory:
        session.Session.open(Path(directory), namespaces=lambda: []).close()


def detach(task: Task) -> None:
    """A session of its own, its own standard streams, and no descriptor but those handed over.

    SIGINT stays ignored, as in the zygote: ipykernel ignores it between cells, and none is running yet.
    """
    default_signals()
    os.setsid()
    kept = take_streams(task)
    close_all_but(kept.values())
    if "lifeline" in kept:
        end_with(kept["lifeline"])


def default_signals() -> None:
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def take_streams(task: Task) -> dict[str, int]:
    """Its words and its own standard streams; the other descriptors that were handed over, by name."""
    assert task.words is not None
    for name, stream in zip(STREAMS, (None, sys.stdout, sys.stderr), strict=True):
        # where the kernel watches what is written to a standard stream, the stream itself is behind this copy
        os.dup2(task.received[name], getattr(stream, "_original_stdstream_copy", int(name)))
    kept = {name: number for name, number in task.received.items() if name not in STREAMS}
    task.listening = {name: kept[name] for name in CHANNELS if name in kept}
    return kept


def close_all_but(kept: Iterable[int]) -> None:
    for low, high in itertools.pairwise([2, *sorted(kept), HIGHEST_DESCRIPTOR]):
        if low + 1 < high:
            os.closerange(low + 1, high)


def end_with(lifeline: int) -> None:
    """The system kills this process when the other end closes: no thread watches, and no busy cell delays it."""
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    try:
        gone = not os.read(lifeline, 1)
    except BlockingIOError:
        gone = False
    if gone:  # it closed before anyone could tell
        os._exit(1)


def replace_environment(words: Words) -> None:
    os.environb.clear()
    os.environb.update(words.environ)
    time.tzset()
    launcher = os.path.join(os.path.dirname(os.path.dirname(_file_of("ipykernel"))), "ipykernel_launcher.py")
    sys.argv = [launcher, "-f", words.connection_file, *sys.argv[1:]]


def enter_level(channel: socket.socket) -> None:
    """What the isolation launcher does before it runs its program; the caller becomes the keeper and never returns."""
    spec = Spec.from_json(channel.recv(SPEC_LIMIT_BYTES))
    isolate(spec, channel)
    os.chdir(spec.cwd)


def _file_of(module: str) -> str:
    return str(sys.modules[module].__file__)


def reseed() -> None:
    """Everything random or remembered per process that the prepared modules hold."""
    random.seed()
    if numpy := sys.modules.get("numpy.random"):
        numpy.seed()
    uuid._last_timestamp = None  # type: ignore[attr-defined]  # uuid1 would go on counting from the same moment
    tempfile._name_sequence = None  # type: ignore[attr-defined]
    tempfile.tempdir = None
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]  # threading forgets to
    own = multiprocessing.process.current_process()
    own.authkey = os.urandom(32)
    own._parent_pid = os.getppid()  # type: ignore[attr-defined]
