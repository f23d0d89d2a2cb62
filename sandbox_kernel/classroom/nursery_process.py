"""The prepared process that answer processes are forked from: `python -I -m sandbox_kernel.classroom.nursery_process FD`.

Started by `classroom.nursery`, over whose socket it is asked, or forked by it where all that it needs is loaded already. It
has one thread and runs no code of a learner: a child isolates itself first, and only then becomes an answer process. It ends
when whoever started it does.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import itertools
import json
import os
import random
import select
import signal
import socket
import sys
from typing import Any

from sandbox_kernel.isolation.enter import enter
from sandbox_kernel.isolation.spec import Spec, own_paths

_ANSWER_PROCESS = "sandbox_kernel.runtime.answer_process"  # by name: this room imports nothing of the kernel's
_NEEDED = (_ANSWER_PROCESS, "concurrent.futures.thread", "sqlite3", "tempfile")
_MOST = 1 << 16
_PR_SET_DUMPABLE = 4
_SPEC_MOST = 1 << 18
_HIGHEST_DESCRIPTOR = 1 << 16


def main(descriptor: int) -> None:
    load()
    gc.collect()
    gc.freeze()  # children then share these pages
    greet(socket.socket(fileno=descriptor))


def load() -> None:
    """All that an answer process needs, so that it need not import it."""
    for name in (*_NEEDED, *importlib.import_module("sandbox_kernel.runtime.session").PRELOAD):
        importlib.import_module(name)


def become(descriptor: int) -> None:
    """In a fork of whoever checks, which had one thread and no lesson in its memory yet. Never returns."""
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for place in (0, 1, 2):
            os.dup2(nothing, place)
        for low, high in itertools.pairwise([2, descriptor, _HIGHEST_DESCRIPTOR]):
            os.closerange(low + 1, high)
        if sys.platform == "linux":  # its children write what says which users their namespace has
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        load()
        greet(socket.socket(fileno=descriptor))
    finally:
        os._exit(0)


def greet(asked: socket.socket) -> None:
    asked.send(json.dumps({"programs": own_paths()}).encode())
    serve(asked)


def serve(asked: socket.socket) -> None:
    """Forks on request and tells how each child ended, until the socket closes."""
    children: dict[int, tuple[int, int]] = {}  # by the descriptor that becomes readable: process id, where to tell
    poll = select.poll()
    poll.register(asked, select.POLLIN)
    while True:
        for ready, _ in poll.poll():
            if ready in children:
                pid, tells = children.pop(ready)
                poll.unregister(ready)
                os.close(ready)
                _tell(tells, os.waitpid(pid, 0)[1])
                os.close(tells)
                continue
            message, descriptors, _, _ = socket.recv_fds(asked, _MOST, 8)
            if not message:
                return
            pid = os.fork()
            if pid == 0:
                _become(json.loads(message), *descriptors[:3])
            *given, tells = descriptors
            for number in given:
                os.close(number)
            _tell(tells, pid)
            watched = os.pidfd_open(pid)
            children[watched] = (pid, tells)
            poll.register(watched, select.POLLIN)


def _tell(descriptor: int, number: int) -> None:
    try:
        os.write(descriptor, str(number).encode())
    except OSError:  # whoever asked is gone
        return


def _become(request: dict[str, Any], channel: int, isolation: int, output: int) -> None:  # Any: JSON
    """In the child: let go of all that is not its own, isolate, become an answer process. Never returns."""
    try:
        os.setsid()
        for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(name, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, place in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(number, place)
        for low, high in itertools.pairwise([2, *sorted((channel, isolation)), _HIGHEST_DESCRIPTOR]):
            os.closerange(low + 1, high)
        os.environ.clear()
        os.environ.update(request["environment"])
        host = socket.socket(fileno=isolation)
        enter(Spec.from_json(host.recv(_SPEC_MOST)), host)  # the caller's copy stays behind as the keeper
        os.chdir(request["cwd"])
        random.seed()
        gc.enable()
        importlib.import_module(_ANSWER_PROCESS).main(channel)
    finally:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
