"""The prepared process that learners' servers are forked from: `python -P -m sandbox_kernel.seat.forker FD`.

Importing JupyterLab's server costs seconds and most of the memory; done once here, thirty servers start at once and share
those pages. FD is a SOCK_SEQPACKET socket to the hub's spawner, one JSON object per packet; when it closes every server
ends. It has one thread and no event loop, because a fork copies neither.

    {"do": "start", "key", "spec", "argv", "env", "cwd", "log"}   -> {"started": key, "pid"} or {"failed": key, "reason"}
    {"do": "signal", "key", "number"}                               -> nothing; SIGKILL ends all that the server started
    (a server ended)                                                -> {"ended": key, "status"}
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import struct
import sys
import tempfile
import traceback
import uuid
from dataclasses import dataclass
from typing import Any, NoReturn

from sandbox_kernel.isolation.keeper import tie_to_parent
from sandbox_kernel.isolation.spec import Spec
from sandbox_kernel.seat.enter import enter

MESSAGE_BYTES = 512 * 1024
REPORT_S = 30.0
_PREPARED = (
    "jupyterhub.singleuser.extension", "jupyterlab.labapp", "jupyterlab_server.app", "notebook.app",
    "jupyter_server.serverapp", "jupyter_server.services.contents.largefilemanager", "jupyter_lsp.serverextension",
    "nbconvert.exporters", "jupyter_events", "jupyter_client.asynchronous", "sandbox_kernel.host.provisioner",
    "sandbox_kernel.seat.extension", "aiohttp", "encodings.idna",
)  # fmt: skip


@dataclass(slots=True)
class Seat:
    """`keeper` is our child, `server` the process that serves, as counted here; `channel` closes to end both."""

    keeper: int
    server: int
    channel: socket.socket


class Forker:
    def __init__(self, hub: socket.socket) -> None:
        self._hub = hub
        self._seats: dict[str, Seat] = {}
        self._watched: dict[int, str] = {}  # pidfd of a keeper -> key
        self._poll = select.poll()
        self._poll.register(hub, select.POLLIN)

    def serve(self) -> dict[str, Any] | None:  # Any: JSON
        """Returns None when the hub is gone, and in each child the order that it is to carry out."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._hub.fileno():
                    packet = self._hub.recv(MESSAGE_BYTES)
                    if not packet:
                        return None
                    order = self._carry_out(json.loads(packet))
                    if order is not None:
                        return order
                else:
                    self._reap(descriptor)

    def close(self) -> None:
        for seat in self._seats.values():
            seat.channel.close()
        for descriptor in self._watched:
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PIDFD, descriptor, os.WEXITED)

    def _carry_out(self, order: dict[str, Any]) -> dict[str, Any] | None:  # Any: as above
        seat = self._seats.get(order["key"])
        if order["do"] == "start":
            if seat is None:
                return self._start(order)
            self._tell({"failed": order["key"], "reason": "it runs already"})
        if order["do"] == "signal" and seat is not None:
            if order["number"] == signal.SIGKILL:
                seat.channel.close()
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(seat.server, order["number"])
        return None

    def _start(self, order: dict[str, Any]) -> dict[str, Any] | None:  # Any: as above
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        pid = os.fork()
        if pid == 0:
            order["channel"] = theirs.detach()
            return order
        theirs.close()
        server, reason = self._report(mine)
        if reason:
            mine.close()
            os.waitpid(pid, 0)
            self._tell({"failed": order["key"], "reason": reason})
            return None
        self._seats[order["key"]] = Seat(pid, server, mine)
        watched = os.pidfd_open(pid)
        self._watched[watched] = order["key"]
        self._poll.register(watched, select.POLLIN)
        self._tell({"started": order["key"], "pid": server})
        return None

    def _report(self, channel: socket.socket) -> tuple[int, str]:
        """The server's process number as the system says it, and why it could not be shut in; then it may go."""
        channel.settimeout(REPORT_S)
        try:
            data, extra, _, _ = channel.recvmsg(1 << 16, socket.CMSG_SPACE(12))
            told = json.loads(data) if data else {"ok": False, "reason": "it ended before it was shut in"}
            pids = [struct.unpack("3i", value)[0] for _, kind, value in extra if kind == socket.SCM_CREDENTIALS]
            if told["ok"] and pids:
                channel.send(b"1")
                return pids[0], ""
            return 0, str(told.get("reason", "it did not say who it is"))
        except (OSError, ValueError) as error:
            return 0, f"it did not answer ({error})"

    def _reap(self, descriptor: int) -> None:
        key = self._watched.pop(descriptor)
        self._poll.unregister(descriptor)
        os.close(descriptor)
        seat = self._seats.pop(key)
        _, status = os.waitpid(seat.keeper, 0)
        seat.channel.close()
        self._tell({"ended": key, "status": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, object]) -> None:
        with contextlib.suppress(OSError):
            self._hub.send(json.dumps(message).encode())


def become(order: dict[str, Any]) -> None:  # Any: JSON
    """In a child: from a fork to a learner's server. The environment is set after the fork, so /proc never shows it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for descriptor, target in ((nowhere, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.closerange(3, order["channel"])
    os.closerange(order["channel"] + 1, 1 << 20)
    enter(Spec.from_json(json.dumps(order["spec"]).encode()), socket.socket(fileno=order["channel"]))
    os.environ.clear()
    os.environ.update(order["env"])
    os.makedirs(order["env"].get("TMPDIR", "/tmp"), exist_ok=True)
    os.chdir(order["cwd"])
    random.seed()
    uuid._last_timestamp = None  # type: ignore[attr-defined]  # uuid1 would go on counting from the same moment
    tempfile.tempdir = tempfile._name_sequence = None  # type: ignore[attr-defined]
    gc.enable()
    from sandbox_kernel.seat.server import serve  # in a child only: what it configures must not be shared

    serve(order["argv"])


def prepare() -> None:
    """A package that is not installed is left out: the server then does without it, as it would have."""
    for name in _PREPARED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.collect()
    gc.disable()
    gc.freeze()


def main() -> NoReturn:
    hub = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(hub.fileno(), False)
    tie_to_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prepare()
    forker = Forker(hub)
    order = forker.serve()
    if order is None:
        forker.close()
        os._exit(0)
    try:
        become(order)
    except SystemExit as ended:
        os._exit(ended.code if isinstance(ended.code, int) else int(ended.code is not None))
    except BaseException:  # a border: the last one of this process
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
