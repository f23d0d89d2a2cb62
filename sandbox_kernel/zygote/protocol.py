"""What hosts and the zygote say to each other: one message per packet of a SOCK_SEQPACKET unix socket, with descriptors.

Imported by both sides, so it imports neither Jupyter nor anything of a kernel. One connection is one kernel: the host
sends `Spawn`, the zygote answers `Spawned` with a pidfd or `Refused`, and later `Ended` with the true wait status. A host
that goes away closes its connection; its kernels end by their lifelines, not by the zygote.
"""

from __future__ import annotations

import array
import contextlib
import os
import socket
import struct
import tempfile
from pathlib import Path

import msgspec

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
MESSAGE_LIMIT_BYTES = 512 * 1024
DESCRIPTOR_LIMIT = 16


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What only the kernel itself may read: a zygote's memory is in all that it forks later. `connection` is the text of
    the connection file, which a sandbox may not be able to read by itself."""

    environ: dict[bytes, bytes]
    cwd: bytes
    connection: bytes
    connection_file: str


class Spawn(msgspec.Struct, frozen=True, tag="spawn", kw_only=True):
    """Fork a kernel. `descriptors` names those that come along: `words` (a file with its `Words`), `0`, `1`, `2` (its
    standard streams), `lifeline` (its end is the kernel's end), `isolation` (a channel as `isolation.launch` takes it) and
    the listening sockets of `CHANNELS`."""

    descriptors: tuple[str, ...]


class Claim(msgspec.Struct, frozen=True, tag="claim"):
    """Let a parked kernel become this one; answered with `Taken`, or `Refused` when none of this kind waits. `spec` is the
    isolation that is wanted, as JSON; `seeded`: it is to have a compile worker; `again`: whoever asks will come again, so
    one is parked for the next time."""

    spawn: Spawn
    spec: bytes
    seeded: bool
    again: bool


class Park(msgspec.Struct, frozen=True, tag="park"):
    """Keep so many kernels of this kind parked; answered with `State`."""

    spec: bytes
    seeded: bool
    count: int


class Stay(msgspec.Struct, frozen=True, tag="stay"):
    """Do not end for so long, also without kernels; answered with `State`."""

    seconds: float


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """Answered with `State`."""


class End(msgspec.Struct, frozen=True, tag="end"):
    """Take no more requests and end as soon as no kernel is left; answered with `State`."""


class State(msgspec.Struct, frozen=True, tag="state"):
    """`parked` are those that are ready to be claimed; `running` counts none of them; `parking`: more are on their way."""

    pid: int
    running: int
    parked: int = 0
    parking: bool = False


class Spawned(msgspec.Struct, frozen=True, tag="spawned"):
    """The kernel's process; its pidfd comes along."""

    pid: int


class Taken(msgspec.Struct, frozen=True, tag="taken"):
    """A parked kernel; its pidfd comes along. `user` runs it, `cgroups` hold it: both were chosen when it was parked."""

    pid: int
    user: int
    cgroups: dict[str, str]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    reason: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """`status` as waitpid gives it."""

    status: int


Message = Spawn | Claim | Park | Stay | Ask | End | State | Spawned | Taken | Refused | Ended
_decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
_words = msgspec.msgpack.Decoder(Words)
_encoder = msgspec.msgpack.Encoder()


def packed(message: Message) -> bytes:
    return _encoder.encode(message)


def send(connection: socket.socket, message: Message, descriptors: tuple[int, ...] = ()) -> None:
    """One packet, whole or not at all. OSError when the peer is gone or the message too large."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
    connection.sendmsg([_encoder.encode(message)], rights)


def receive(connection: socket.socket) -> tuple[Message | None, tuple[int, ...]]:
    """The next message and its descriptors, None at the end. msgspec.DecodeError for what is no message of ours."""
    data, ancillary, flags, _ = connection.recvmsg(
        MESSAGE_LIMIT_BYTES, socket.CMSG_SPACE(4 * DESCRIPTOR_LIMIT), socket.MSG_CMSG_CLOEXEC
    )
    descriptors = array.array("i")
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    if not data:
        return None, tuple(descriptors)
    try:
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise msgspec.DecodeError("the message is too long")
        return _decoder.decode(data), tuple(descriptors)
    except msgspec.DecodeError:
        close(descriptors)
        raise


def write_words(words: Words) -> int:
    """As a file in memory, or one without a name where a sandbox may have none in memory."""
    try:
        made = os.memfd_create("words")
    except OSError:
        with tempfile.TemporaryFile() as file:
            made = os.dup(file.fileno())
    with os.fdopen(os.dup(made), "wb") as file:
        file.write(_encoder.encode(words))
    return made


def read_words(descriptor: int) -> Words:
    """Takes the descriptor over."""
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return _words.decode(file.read())


def close(descriptors: array.array[int] | tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def is_own_user(connection: socket.socket) -> bool:
    """Whether the process at the other end belongs to this user; a file's permissions alone are not trusted."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", peer)
    return bool(uid == os.getuid())


def new_socket() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with contextlib.suppress(OSError):  # the system may grant less, and in a sandbox it may not even be asked
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MESSAGE_LIMIT_BYTES)
    return made


class Address:
    """A socket's path of any length: a unix socket's own limit is 107 bytes, so it is named by its open directory."""

    def __init__(self, path: Path) -> None:
        self._directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self.short = f"/proc/self/fd/{self._directory}/{path.name}"

    def __enter__(self) -> str:
        return self.short

    def __exit__(self, *_: object) -> None:
        os.close(self._directory)
