"""A process that has imported what a request needs, and is forked for each one: both ends of it.

`Prepared` is the end of whoever asks; `serve` is the process. Each request is answered by a child of its own, over a
connection of its own, and the child is gone when it has answered, so that no request meets what another left behind.
Whoever asks may end a child that takes too long. Used where a fresh interpreter per request would cost more than the
request: the desk of a lesson, and the service's own checks. Linux only.

Weighed: (a) a fresh process for each request: 0.1 s of imports for a hint and 0.4 s for a check, on every learner's
request; (b) one that is started ahead and used once: nobody waits for its imports, but they take the processor from
whoever else checks at that moment, and thirty learners on two cores wait for each other; (c) one process that answers
one request after another: what one left behind meets the next; (d) this.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

_IDLE_S = 600.0
_MOST = 1 << 16

Json = dict[str, Any]  # Any: JSON


class Ended(Exception):
    """The process ended without an answer; the text is its last word."""


class Prepared:
    """One such process. `command` gets the number of its descriptor as its last word. Thread-safe after the start."""

    def __init__(self, command: list[str], *, session: bool = True) -> None:
        """Starts at once; the first request may come at once. Raises OSError where it cannot be started."""
        self._asks, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self.process = subprocess.Popen(
                    [*command, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    start_new_session=session,  # an interrupt of the kernel's process group is not meant for it
                )
        except OSError:
            self._asks.close()
            raise

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> Json:  # Any: JSON
        """The answer. Raises TimeoutError, and Ended when there is none; however this ends, the child is gone then."""
        mine, theirs = socket.socketpair()
        with mine:
            with theirs:
                try:
                    socket.send_fds(self._asks, [b"?"], [theirs.fileno()])
                except OSError as error:
                    raise Ended(str(error)) from None
            return _converse(mine, json.dumps(request).encode(), time.monotonic() + timeout_s)

    def close(self) -> None:
        """It is gone then; children that still answer do so. Other copies of our end, as of a fork, change nothing."""
        self._asks.close()
        self.process.kill()
        self.process.wait()


def _converse(mine: socket.socket, request: bytes, deadline: float) -> Json:
    buffer = b""
    try:
        while b"\n" not in buffer:
            buffer += _received(mine, deadline)
        child, _, said = buffer.partition(b"\n")
    except TimeoutError:
        raise
    except (OSError, EOFError) as error:
        raise Ended(str(error)) from None
    if not child.isdigit() or int(child) < 2:  # to kill 0 or -1 is to kill a crowd
        raise Ended("it said nothing that makes sense")
    try:
        mine.sendall(request)
        mine.shutdown(socket.SHUT_WR)
        with contextlib.suppress(EOFError):
            while True:
                said += _received(mine, deadline)
        answer: Json = json.loads(said)
    except ValueError:
        raise Ended("it ended without an answer") from None
    except BaseException as error:  # an interrupt of the cell too
        with contextlib.suppress(OSError):
            os.kill(int(child), signal.SIGKILL)  # more than 1: see above
        if isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise Ended(str(error)) from None
        raise
    if "failed" in answer:
        raise Ended(str(answer["failed"]))
    return answer


def _received(mine: socket.socket, deadline: float) -> bytes:
    mine.settimeout(max(0.001, deadline - time.monotonic()))
    data = mine.recv(_MOST)
    if not data:
        raise EOFError
    return data


# -- the process ---------------------------------------------------------------------------------------------------


def serve(asked: socket.socket, answer: Callable[[Json], Json], prepare: Callable[[], None]) -> None:
    """Answers in a child each, until nobody asks for ten minutes, or whoever could ask is gone.

    `prepare` is called once the first request is on its way, so that it waits for no import that it does not need.
    Call this in a process with one thread.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps the children
    patience_s, prepared = _IDLE_S, False
    while True:
        ready, _, _ = select.select([asked], [], [], patience_s)
        if not ready:
            if prepared:
                return
            prepare()
            gc.collect()
            gc.freeze()  # children then share these pages
            prepared, patience_s = True, _IDLE_S
            continue
        message, descriptors, _, _ = socket.recv_fds(asked, 1, 1)
        if not message:
            return
        if os.fork() == 0:
            asked.close()
            _answer_one(descriptors[0], answer)
        os.close(descriptors[0])
        patience_s = _IDLE_S if prepared else 0.0


def _answer_one(descriptor: int, answer: Callable[[Json], Json]) -> None:
    """In the child. Never returns."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with socket.socket(fileno=descriptor) as channel, channel.makefile("rb") as words:
            channel.sendall(b"%d\n" % os.getpid())
            asked = words.read()
            if asked:
                channel.sendall(json.dumps(_safely(answer, json.loads(asked))).encode())
    finally:
        os._exit(0)


def _safely(answer: Callable[[Json], Json], request: Json) -> Json:
    try:
        return answer(request)
    except Exception as error:  # border: whoever asked is told
        return {"failed": f"{type(error).__name__}: {error}"}


def handed_over() -> socket.socket:
    """In the process: its end, as `Prepared` passes it."""
    return socket.socket(fileno=int(sys.argv[-1]))
