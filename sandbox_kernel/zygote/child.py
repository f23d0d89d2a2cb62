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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandbox_kernel.isolation.enter import await_word, isolate
from sandbox_kernel.isolation.spec import Spec
from sandbox_kernel.zygote.application import ForkedKernelApp
from sandbox_kernel.zygote.protocol import CHANNELS, Spawn

STREAMS = ("0", "1", "2")
SPEC_LIMIT_BYTES = 1 << 18
HIGHEST_DESCRIPTOR = 1 << 20
COMPILE_WORKER = "sandbox_kernel.versions.launching"


@dataclass(slots=True)
class Task:
    """What a child is to become. `received` are its descriptors by name."""

    spawn: Spawn
    received: Mapping[str, int]
    listening: dict[str, int] = field(default_factory=dict)

    @property
    def connection(self) -> bytes:
        return self.spawn.connection

    @property
    def connection_file(self) -> str:
        return self.spawn.connection_file


def run(app: ForkedKernelApp, task: Task) -> None:
    """Become the kernel, run it to its end."""
    detach(task)
    channel = socket.socket(fileno=task.received["isolation"]) if "isolation" in task.received else None
    if channel is not None:
        enter_level(channel)
    else:
        os.chdir(task.spawn.cwd)
    replace_environment(task.spawn)
    if os.environ.get("SANDBOX_KERNEL_SEED") != "no":
        importlib.import_module(COMPILE_WORKER).plant()  # while there is one thread and little that it must not share
    reseed()
    app.furnish()
    if channel is not None:
        await_word(channel)  # only now: what is ours is made while the host looks
    app.claim(task)
    gc.enable()
    app.start()


def detach(task: Task) -> None:
    """A session of its own, its own standard streams, and no descriptor but those handed over.

    SIGINT stays ignored, as in the zygote: ipykernel ignores it between cells, and none is running yet.
    """
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    for name in STREAMS:
        os.dup2(task.received[name], int(name))
    kept = {name: number for name, number in task.received.items() if name not in STREAMS}
    close_all_but(kept.values())
    task.listening = {name: kept[name] for name in CHANNELS if name in kept}
    if "lifeline" in kept:
        end_with(kept["lifeline"])


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


def replace_environment(spawn: Spawn) -> None:
    os.environb.clear()
    os.environb.update(spawn.environ)
    time.tzset()
    launcher = os.path.join(os.path.dirname(os.path.dirname(_file_of("ipykernel"))), "ipykernel_launcher.py")
    sys.argv = [launcher, "-f", spawn.connection_file, *sys.argv[1:]]


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
