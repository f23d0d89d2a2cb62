"""What an attacker might want, and what an observer outside sees of it: secrets, files, listeners, a process."""

from __future__ import annotations

import ctypes
import hashlib
import os
import secrets
import select
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

VICTIM = """
import ctypes, os, sys, time
secret = ctypes.create_string_buffer(os.environ["TOKEN"].encode() + bytes(64))
held = open(sys.argv[1])
print(ctypes.addressof(secret), flush=True)
time.sleep(600)
"""


class World:
    """`token` must never come back; everything else must stay as it is. `facts` is what the attacker is told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.token = secrets.token_hex(12)
        for name in ("work", "home", "course"):
            (root / name).mkdir()
        self._file("secret.txt", self.token, 0o600)
        self._file("grades.csv", "ada,5\n", 0o644)
        self._file("course/data.csv", "1,2\n", 0o644)
        os.mkfifo(root / "fifo")
        self._fifo = os.open(root / "fifo", os.O_RDONLY | os.O_NONBLOCK)
        self.sockets = {
            "unix": self._listen(socket.AF_UNIX, str(root / "unix")),
            "abstract": self._listen(socket.AF_UNIX, f"\0attack-{self.token[:8]}"),
            "tcp": self._listen(socket.AF_INET, ("127.0.0.1", 0)),
        }
        self._start_victim()
        self._libc = ctypes.CDLL(None)
        self.segment = self._libc.shmget(0, ctypes.c_size_t(4096), 0o1600)
        self._libc.shmat.restype = ctypes.c_void_p
        shared = self._libc.shmat(self.segment, None, 0)
        ctypes.memmove(shared, self.token.encode(), len(self.token))
        self._libc.shmdt(ctypes.c_void_p(shared))
        self.before = self.state()

    def _file(self, name: str, text: str, mode: int) -> None:
        (self.root / name).write_text(text)
        (self.root / name).chmod(mode)

    def _listen(self, family: int, address: Any) -> socket.socket:  # Any: as `bind` takes it
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen()
        return listener

    def _start_victim(self) -> None:
        self.victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(self.root / "secret.txt"), self.token],
            env={"TOKEN": self.token},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.victim.stdout is not None
        self.address = int(self.victim.stdout.readline())

    def facts(self) -> dict[str, Any]:  # Any: of several kinds
        return {
            "secret": str(self.root / "secret.txt"), "grades": str(self.root / "grades.csv"), "root": str(self.root),
            "course": str(self.root / "course"), "fifo": str(self.root / "fifo"), "unix": str(self.root / "unix"),
            "abstract": f"\0attack-{self.token[:8]}", "tcp": self.sockets["tcp"].getsockname()[1],
            "victim": self.victim.pid, "address": self.address, "segment": self.segment, "host": os.getpid(),
        }  # fmt: skip

    def state(self) -> dict[str, object]:
        """Everything that must be the same after an attack."""
        pid = self.victim.pid
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            memory.seek(self.address)
            held = memory.read(len(self.token)).decode(errors="replace")
        return {
            "files": {str(path.relative_to(self.root)): _of(path) for path in self._files()},
            "victim": (status["State"][0] in "SRD", status["TracerPid"], held),
            "priority": (os.getpriority(os.PRIO_PROCESS, pid), sorted(os.sched_getaffinity(pid))),
            "limits": Path(f"/proc/{pid}/limits").read_text(),
            "segments": sorted(line.split()[1] for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]),
            "settings": [Path("/proc/sys", name).read_text() for name in ("kernel/core_pattern", "kernel/hostname")],
        }

    def _files(self) -> list[Path]:
        inside = (self.root / "work", self.root / "home")
        found = [path for path in self.root.rglob("*") if not any(path.is_relative_to(own) for own in inside)]
        return sorted(found)

    def reached(self) -> list[str]:
        """Which listeners somebody reached, the fifo among them."""
        ready = select.select(list(self.sockets.values()), [], [], 0)[0]
        names = [name for name, listener in self.sockets.items() if listener in ready]
        for name in names:
            self.sockets[name].accept()[0].close()
        try:
            written = os.read(self._fifo, 64)
        except BlockingIOError:
            written = b""
        return names + (["fifo"] if written else [])

    def left_behind(self) -> list[str]:
        """What the attacker made that harms when others use it: programs that run as their owner, devices."""
        found = []
        for path in (self.root / "work").rglob("*"):
            mode = path.lstat().st_mode
            if mode & (stat.S_ISUID | stat.S_ISGID) or stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
                found.append(path.name)
        return found

    def close(self) -> None:
        for listener in self.sockets.values():
            listener.close()
        os.close(self._fifo)
        self.victim.kill()
        self.victim.communicate()
        self._libc.shmctl(self.segment, 0, None)


def _of(path: Path) -> tuple[object, ...]:
    state = path.lstat()
    whole = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(state.st_mode) else ""
    return state.st_mode, state.st_uid, state.st_nlink, state.st_mtime_ns, whole, tuple(os.listxattr(path))
