"""Length-prefixed frames on a pipe: four bytes of length, then that many bytes. Both ends of the compile worker use it.

Reading from an untrusted or dying peer always has a bound in bytes and a deadline.
"""

from __future__ import annotations

import os
import select
import struct
import time

_HEADER = struct.Struct(">I")


class FrameError(Exception):
    """The peer ended, took too long, or sent more than was allowed; the text says which."""


def framed(payload: bytes) -> bytes:
    return _HEADER.pack(len(payload)) + payload


def write_frame(fd: int, *payloads: bytes) -> None:
    """Each as a frame, in one go. Blocks until all is written; raises OSError when the peer is gone."""
    view = memoryview(b"".join(map(framed, payloads)))
    while view:
        view = view[os.write(fd, view) :]


def write_frame_until(fd: int, payload: bytes, deadline: float) -> None:
    """The same to a peer that may not read, on a descriptor that does not block."""
    view = memoryview(framed(payload))
    poller = select.poll()
    poller.register(fd, select.POLLOUT)
    while view:
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise FrameError("the other end does not read")
        view = view[os.write(fd, view) :]


def read_frame(fd: int, *, limit_bytes: int, deadline: float) -> bytes:
    """One frame, and not a byte more. `deadline` is a time of `time.monotonic`."""
    (length,) = _HEADER.unpack(_read(fd, _HEADER.size, deadline))
    _check(length, limit_bytes)
    return _read(fd, length, deadline)


class FrameReader:
    """Reads many frames from one descriptor with few system calls; nobody else may read from it."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = bytearray()
        self._poller = select.poll()
        self._poller.register(fd, select.POLLIN)

    def read(self, *, limit_bytes: int, deadline: float) -> bytes:
        """The next frame. `deadline` is a time of `time.monotonic`."""
        self._fill(_HEADER.size, deadline)
        (length,) = _HEADER.unpack_from(self._buffer)
        _check(length, limit_bytes)
        self._fill(_HEADER.size + length, deadline)
        frame = bytes(self._buffer[_HEADER.size : _HEADER.size + length])
        del self._buffer[: _HEADER.size + length]
        return frame

    def _fill(self, size: int, deadline: float) -> None:
        while len(self._buffer) < size:
            self._buffer += _some(self._fd, self._poller, 1 << 20, deadline)


def _check(length: int, limit_bytes: int) -> None:
    if length > limit_bytes:
        raise FrameError(f"a frame of {length} bytes, where {limit_bytes} are allowed")


def split_frames(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole frames at the start of `data`, and what is left of it after them: a torn frame, or no frame at all."""
    frames: list[bytes] = []
    at = 0
    while at + _HEADER.size <= len(data):
        (length,) = _HEADER.unpack_from(data, at)
        if at + _HEADER.size + length > len(data):
            break
        at += _HEADER.size
        frames.append(data[at : at + length])
        at += length
    return frames, data[at:]


def _read(fd: int, size: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    while size:
        part = _some(fd, poller, min(size, 1 << 20), deadline)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _some(fd: int, poller: select.poll, most: int, deadline: float) -> bytes:
    while True:
        remaining = deadline - time.monotonic()
        if remaining > 0 and poller.poll(min(remaining, 3600) * 1000):
            break
        if time.monotonic() >= deadline:
            raise FrameError("no answer in time")
    part = os.read(fd, most)
    if not part:
        raise FrameError("the other end closed the pipe")
    return part
