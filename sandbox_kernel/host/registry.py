"""What runs on this machine: one small file per sandbox in the user's runtime directory.

Written by the provisioner (so for every front end alike), read by the command line. An entry counts only while the
process it names lives; what dead hosts left behind is swept when anyone looks. Weighed: (a) asking every Jupyter server
over HTTP, which misses managers, Voila and nbclient; (b) a daemon, which must itself be watched; (c) files, as Jupyter
keeps them for its servers and kernels: (c).
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec
import psutil

from sandbox_kernel.host import scratch
from sandbox_kernel.host.place import TEMPORARY_PREFIX, runtime_directory
from sandbox_kernel.host.removal import remove_tree

ENTRY_LIMIT_BYTES = 64 * 1024


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A running sandbox. Born-times tell a process from a later one with the same number.

    `owner` is `server` (a Jupyter server), `manager` (a SandboxManager), or `other`; `door` is the manager's socket.
    """

    id: str
    name: str
    kernel_id: str
    directory: str
    connection_file: str
    pid: int
    pid_born: float
    host_pid: int
    host_born: float
    started: float
    owner: str = "other"
    door: str = ""
    notebook: str = ""
    temporary: bool = False


def born(pid: int) -> float:
    """When the process started, 0 when there is none."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def is_alive(pid: int, pid_born: float) -> bool:
    """Whether that very process still runs; a zombie does not."""
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - pid_born) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def write(entry: Entry) -> None:
    """Replaces the entry at once, so that no reader sees half of one."""
    path = _path(entry.id)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(entry))
    fresh.chmod(0o600)
    os.replace(fresh, path)


def remove(entry_id: str) -> None:
    _path(entry_id).unlink(missing_ok=True)


def entries() -> list[Entry]:
    """The sandboxes that run now, oldest first; entries of dead processes are swept on the way."""
    found = []
    for path in runtime_directory().glob("*.json"):
        try:
            entry = msgspec.json.decode(path.read_bytes()[:ENTRY_LIMIT_BYTES], type=Entry)
        except (OSError, msgspec.DecodeError):
            path.unlink(missing_ok=True)
            continue
        if is_alive(entry.pid, entry.pid_born):
            found.append(entry)
        elif not is_alive(entry.host_pid, entry.host_born):
            _sweep(entry)
    return sorted(found, key=lambda entry: (entry.started, entry.id))


def _sweep(entry: Entry) -> None:
    remove(entry.id)
    with contextlib.suppress(OSError):
        Path(entry.connection_file).unlink(missing_ok=True)
    directory = Path(entry.directory)
    if entry.temporary and scratch.is_ours(directory) and directory.name.startswith(TEMPORARY_PREFIX):
        remove_tree(directory)


def _path(entry_id: str) -> Path:
    return runtime_directory() / f"{entry_id}.json"
