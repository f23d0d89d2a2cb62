"""Which of the prepared code a kernel runs by its first reply, found by starting one: a child of the zygote starts, asks
itself three questions, tells its parent and is gone.

The interpreter writes into the code that it runs (counters, caches), so a kernel gets a copy of each page that holds such
code; `sharing.compact` brings this code together. Weighed: (a) a list in this package: it is wrong after the next release
of any of ten packages; (b) all code of some packages: four fifths of it never runs in a kernel; (c) a look at each start
of a zygote, 0.1 s of it: (c). If it fails kernels need more memory, and that is all.

Nothing of the user runs in it: no startup file, no extension but ours.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from array import array
from types import CodeType, FrameType
from typing import Any

import zmq

from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.application import ForkedKernelApp
from sandbox_kernel.zygote.protocol import CHANNELS, Words

TIMEOUT_S = 10.0
ANSWER_MS = 3000
KEY = "rehearsal"
_TEXT = "import os; print(1 + 1)"
_EXECUTE = {"code": _TEXT, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
_QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (  # Any: JSON
    ("control", "kernel_info_request", {}),
    ("control", "sandbox_request", {"type": "GetHello"}),
    ("shell", "execute_request", _EXECUTE),
)


def code_that_runs(app: ForkedKernelApp) -> frozenset[int]:
    """The identities of the code objects; empty when the rehearsal failed. The caller has one thread."""
    directory = tempfile.mkdtemp(prefix="sk-")
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(told)
            _rehearse(app, directory, tell)
        except BaseException:  # a border: this process has nothing else to do
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(tell)
    try:
        return frozenset(_read(told))
    finally:
        os.close(told)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        shutil.rmtree(directory, ignore_errors=True)


def _read(told: int) -> array[int]:
    found, poll = bytearray(), select.poll()
    poll.register(told, select.POLLIN | select.POLLHUP)
    while poll.poll(TIMEOUT_S * 1000) and (data := os.read(told, 1 << 16)):
        found += data
    return array("Q", bytes(found[: len(found) // 8 * 8]))


def _rehearse(app: ForkedKernelApp, directory: str, tell: int) -> None:
    from sandbox_kernel.zygote import child

    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    nowhere = os.open(os.devnull, os.O_RDWR)
    received = {**dict.fromkeys(child.STREAMS, nowhere), "report": tell}
    environ = {**os.environb, b"SANDBOX_KERNEL_DIR": os.fsencode(directory)}
    ports = ", ".join(f'"{channel}_port": {number}' for number, channel in enumerate(CHANNELS, 1))
    connection = f'{{"transport": "ipc", "ip": "{directory}/k", "key": "{KEY}", {ports}}}'
    words = Words(environ=environ, cwd=os.fsencode(directory), connection=connection.encode(), connection_file="")
    received["words"] = protocol.write_words(words)
    start = app.start

    def start_and_ask() -> None:  # not earlier: on its way a kernel closes what it does not know
        threading.Thread(target=_ask, args=(directory, seen, tell), daemon=True).start()
        start()

    mine: Any = app  # Any: methods are replaced, in this process only
    mine.extensions, mine.init_code, mine.start = [], lambda: None, start_and_ask
    sys.setprofile(note)
    threading.setprofile(note)
    child.run(app, child.Task(received))


def _ask(directory: str, seen: set[CodeType], tell: int) -> None:
    """On a thread: the questions of a client, then the report and the end of this process."""
    from jupyter_client.session import Session

    session = Session(key=KEY.encode())
    context = zmq.Context()
    sockets = {channel: context.socket(zmq.DEALER) for channel in ("shell", "control")}
    for channel, socket in sockets.items():
        socket.connect(f"ipc://{directory}/k-{CHANNELS.index(channel) + 1}")
    for channel, kind, content in _QUESTIONS:
        session.send(sockets[channel], kind, content)
        if sockets[channel].poll(ANSWER_MS):
            sockets[channel].recv_multipart()
    sys.setprofile(None)
    threading.setprofile(None)
    with os.fdopen(tell, "wb") as report:
        report.write(array("Q", [id(code) for code in list(seen)]).tobytes())
    os._exit(0)
