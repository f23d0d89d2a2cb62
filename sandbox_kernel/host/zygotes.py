"""Finds the zygote of a family, and starts it when there is none.

Weighed for who starts it: (a) each server a zygote of its own: a class of 40 with a server each would hold 40; (b) a
service of the machine: somebody must install it; (c) whoever needs it first starts it, under a lock, as nobody's child;
the user's other servers find its socket in the runtime directory: (c).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from sandbox_kernel.host.place import runtime_directory
from sandbox_kernel.zygote import protocol
from sandbox_kernel.zygote.family import ABOUT_ZYGOTES, Family, zygote_environ
from sandbox_kernel.zygote.protocol import Message, State

ANSWER_S = 20.0  # a zygote that has to be started first prepares for half a second, on a busy machine for several
START_S = 20.0
PLACE = "SANDBOX_KERNEL_ZYGOTES"
_PROGRAM = "sandbox_kernel.zygote"


def environ_for(kernel: Mapping[str, str]) -> dict[str, str]:
    """The environment of the zygote for a kernel with this one."""
    nowhere = zygote_directory() / "home"
    nowhere.mkdir(exist_ok=True, mode=0o700)
    passed_on = {name: os.environ[name] for name in ("JUPYTER_RUNTIME_DIR", *ABOUT_ZYGOTES) if name in os.environ}
    return zygote_environ({**passed_on, **kernel}, os.environ.get("HOME", ""), nowhere)


async def connect(family: Family, environ: dict[str, str]) -> socket.socket:
    """A connection to the family's zygote, which is started if nobody answers."""
    path = zygote_directory() / f"{family.digest}.sock"
    with contextlib.suppress(OSError):
        return _connect(path)
    await asyncio.to_thread(_start, path, family, environ)
    return _connect(path)


async def next_message(connection: socket.socket) -> tuple[Message | None, tuple[int, ...]]:
    """Waits for the next message on the loop."""
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        async with asyncio.timeout(ANSWER_S):
            await readable.wait()
    finally:
        loop.remove_reader(connection)
    return protocol.receive(connection)


async def tell_all(message: Message) -> list[State]:
    """Asks every zygote of this user; those that are gone say nothing."""
    states = []
    for path in zygote_directory().glob("*.sock"):
        try:
            connection = _connect(path)
        except OSError:
            continue
        with connection, contextlib.suppress(OSError, TimeoutError, msgspec.DecodeError):
            protocol.send(connection, message)
            answer, _ = await next_message(connection)
            if isinstance(answer, State):
                states.append(answer)
    return states


def zygote_directory() -> Path:
    """Where the zygotes of this user are found; `SANDBOX_KERNEL_ZYGOTES` names another place."""
    named = os.environ.get(PLACE)
    path = Path(named) if named else runtime_directory() / "zygotes"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _connect(path: Path) -> socket.socket:
    connection = protocol.new_socket()
    try:
        with protocol.Address(path) as short:
            connection.connect(short)
        if not protocol.is_own_user(connection):
            raise PermissionError("it belongs to another user")
    except OSError:
        connection.close()
        raise
    return connection


def _start(path: Path, family: Family, environ: dict[str, str]) -> None:
    """Starts the zygote, one host at a time; returns when its socket listens. OSError when it does not."""
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with contextlib.suppress(OSError):
            _connect(path).close()
            return
        command = [family.python, *family.flags, "-P", "-m", _PROGRAM, str(path), family.stamp, "--", *family.arguments]
        status = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, cwd="/", timeout=START_S).returncode
        if status:
            raise OSError(f"it ended with status {status}")
    except subprocess.TimeoutExpired as error:
        raise OSError("it did not start in time") from error
    finally:
        os.close(lock)
