"""Files that code in a sandbox made, read by the host: as bytes of a bounded size, never as programs or as paths.

Called by whoever collects work. A sandbox may put symlinks, fifos, devices, hard links, archives that swell and data
that runs when it is loaded where a plain file is expected; each is refused with a sentence. Nothing is unpickled,
unmarshalled, imported or unpacked to disk.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from sandbox_kernel.errors import HandInRefused

MOST_BYTES = 16 * 1024 * 1024
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_MEMBERS = 2000
_CHUNK = 64 * 1024
_MOST_ENTRY_BYTES = 400  # of one file in the list that ends a zip archive


def read(directory: Path, name: str, *, most_bytes: int = MOST_BYTES) -> bytes:
    """The content of the regular file `name` below the directory. No symlink is followed on the way, no fifo waited for."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name:
        raise HandInRefused(name, "its name leads out of the sandbox's directory")
    place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = _open(part, os.O_DIRECTORY, place, name)
            os.close(place)
            place = inner
        file = _open(parts[-1], os.O_NONBLOCK | os.O_NOCTTY, place, name)
    finally:
        os.close(place)
    state = os.fstat(file)
    if not stat.S_ISREG(state.st_mode):
        os.close(file)
        raise HandInRefused(name, "it is no regular file")
    with open(file, "rb") as reader:
        if state.st_nlink > 1:
            raise HandInRefused(name, "it has another name somewhere else; copy it instead of linking it")
        data = reader.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise HandInRefused(name, f"it is larger than {most_bytes:,} bytes")
    return data


def put(directory: Path, name: str, data: bytes) -> None:
    """A new file directly in the directory, for the sandbox to read: never through a link, never over what is there."""
    place = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(name, flags, 0o600, dir_fd=place), "wb") as file:
            file.write(data)
    finally:
        os.close(place)


def _open(part: str, flags: int, place: int, name: str) -> int:
    try:
        return os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=place)
    except FileNotFoundError:
        raise HandInRefused(name, "it does not exist") from None
    except OSError as error:
        raise HandInRefused(name, f"it is a link or cannot be opened ({error.strerror})") from None


def members(directory: Path, name: str) -> Iterator[tuple[str, bytes]]:
    """The regular files of a zip or tar archive, in memory, within bounds on their number and their sizes together."""
    packed = read(directory, name)
    left = MOST_UNPACKED_BYTES
    try:
        unpacked = _of_zip(packed) if packed.startswith(b"PK") else _of_tar(packed)
        for count, (member, reader) in enumerate(unpacked, 1):
            if count > MOST_MEMBERS:
                raise HandInRefused(name, f"it holds more than {MOST_MEMBERS:,} files")
            if member.startswith("/") or ".." in PurePosixPath(member).parts:
                raise HandInRefused(name, f"it holds {member!r}, which leads out of its directory")
            content = bytearray()
            while chunk := reader.read(_CHUNK):
                content += chunk
                if len(content) > left:
                    raise HandInRefused(name, f"it unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
            left -= len(content)
            yield member, bytes(content)
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise HandInRefused(name, f"it is no sound archive ({error})") from None


def _of_zip(packed: bytes) -> Iterator[tuple[str, Any]]:  # Any: a binary reader
    end = packed.rfind(b"PK\x05\x06")
    if end < 0 or int.from_bytes(packed[end + 12 : end + 16], "little") > MOST_MEMBERS * _MOST_ENTRY_BYTES:
        raise ValueError("its list of files is missing or too long")  # it would be read whole, however long
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        for entry in archive.infolist()[: MOST_MEMBERS + 1]:
            if not entry.is_dir() and stat.S_IFMT(entry.external_attr >> 16) in (0, stat.S_IFREG):
                with archive.open(entry) as reader:
                    yield entry.filename, reader


def _of_tar(packed: bytes) -> Iterator[tuple[str, Any]]:  # Any: as above
    with tarfile.open(fileobj=io.BytesIO(_inflated(packed)), mode="r:") as archive:
        for entry in archive:
            reader = archive.extractfile(entry) if entry.isreg() else None
            if reader is not None:
                yield entry.name, reader


def _inflated(packed: bytes) -> bytes:
    """A tar archive without its compression. Bounded before `tarfile` sees it, which reads long headers in one piece."""
    most = MOST_UNPACKED_BYTES + MOST_MEMBERS * 1024
    if packed.startswith(b"\x1f\x8b"):
        plain = zlib.decompressobj(wbits=31).decompress(packed, most + 1)
    elif packed.startswith(b"BZh"):
        plain = bz2.BZ2Decompressor().decompress(packed, most + 1)
    elif packed.startswith(b"\xfd7zXZ"):
        try:
            plain = lzma.LZMADecompressor(memlimit=MOST_UNPACKED_BYTES).decompress(packed, most + 1)
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from None
    else:
        plain = packed
    if len(plain) > most:
        raise ValueError(f"it unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
    return plain
