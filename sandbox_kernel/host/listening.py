"""The listening sockets of a kernel, made by its host and handed over: no port is lost to another process between choosing
and binding it, clients connect before the kernel runs, and a restarted kernel finds its clients waiting.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox_kernel.zygote.protocol import CHANNELS

BACKLOG = 100


def listen(connection: Mapping[str, Any]) -> dict[str, socket.socket]:  # Any: jupyter_client's connection info
    """A socket per channel, listening where the connection file says; OSError when an address is taken."""
    made: dict[str, socket.socket] = {}
    try:
        for channel in CHANNELS:
            made[channel] = _listen(connection["transport"], connection["ip"], int(connection[f"{channel}_port"]))
    except OSError:
        close(made)
        raise
    return made


def close(sockets: dict[str, socket.socket]) -> None:
    for each in sockets.values():
        each.close()
    sockets.clear()


def _listen(transport: str, ip: str, port: int) -> socket.socket:
    if transport == "ipc":
        return _listen_on_file(Path(f"{ip}-{port}").absolute())
    made = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as ZMQ does
        made.bind((ip, port))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made


def _listen_on_file(path: Path) -> socket.socket:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # as ZMQ does: what a kernel that was killed has left behind
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made
