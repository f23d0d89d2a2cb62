"""The private view of the file system inside a jail: built on a tmpfs with the new mount calls (Linux 5.12), then the
old root is gone.

Read-only except for the sandbox's own directories; `/tmp`, `/home`, `/dev/shm` private and of a fixed size; `/dev` with
six devices; `/proc` of the sandbox's own processes, read-only, with all that tells of the machine masked; no `/sys`.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Final

from sandbox_kernel.isolation import syscalls
from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import Spec, system_paths
from sandbox_kernel.isolation.trees import (
    GIVEN,
    NO_DEV,
    NO_EXEC,
    NO_SUID,
    READ_ONLY,
    Trees,
    cover,
    mount,
    new_file,
    seal,
)  # fmt: skip

_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000
_DETACH: Final = 2
_SMALL: Final = 16384

_NEW_ROOT: Final = "/tmp"  # any directory serves as the place where the new root is put together
USER: Final = 1000
_DEVICES: Final = ("null", "full", "random", "urandom")
_ETC: Final = (
    "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "os-release", "mime.types", "protocols",
    "services", "alternatives", "fonts", "matplotlibrc", "ssl/certs", "ssl/openssl.cnf", "magic", "terminfo", "inputrc",
    "python3", "python3.11", "python3.12", "python3.13", "gai.conf", "locale.alias",
)  # fmt: skip
_PROC_KEPT: Final = {"cpuinfo", "meminfo", "stat", "uptime", "loadavg", "version", "filesystems", "self", "thread-self"}
_PROC_KEPT_LINKS: Final = {"mounts", "net"}
_WRITTEN: Final = {
    "etc/passwd": f"root:x:0:0:root:/root:/usr/sbin/nologin\nsandbox:x:{USER}:{USER}:sandbox:/home/sandbox:/bin/sh\n",
    "etc/group": f"root:x:0:\nsandbox:x:{USER}:\n",
    "etc/hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "etc/hostname": "sandbox\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


class View:
    """Builds the view step by step: `gather` while the old root is whole, `build`, then `enter`."""

    def __init__(self, spec: Spec, id_map: dict[int, int] | None = None, *, ahead: bool = False) -> None:
        self.spec = spec
        self._ahead = ahead
        self._taken = Trees(id_map or {})
        self._copies: dict[str, bytes] = {}
        self._covers: list[str] = []
        self._root = -1

    def gather(self) -> None:
        mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
        for path in (*system_paths(), *self.spec.programs):
            self._taken.take(path, READ_ONLY | NO_SUID | NO_DEV)
        for name in _ETC:
            self._take_setting(f"/etc/{name}")
        self._taken.take_given(self.spec)
        for name in self._device_names():
            self._taken.take(f"/dev/{name}", NO_SUID | NO_EXEC)

    def _device_names(self) -> tuple[str, ...]:
        # A shared mapping of /dev/zero is memory that no rlimit counts: it is there only where a cgroup does.
        return (*_DEVICES, "zero") if self.spec.memory_bounded else _DEVICES

    def _take_setting(self, path: str) -> None:
        """Small files are copied: a mount for each would take three times as long."""
        try:
            file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return
        state = os.fstat(file)
        if stat.S_ISREG(state.st_mode) and state.st_size <= _SMALL:
            self._copies[path] = os.read(file, _SMALL)
        else:
            self._taken.take(path, READ_ONLY | NO_SUID | NO_DEV)
        os.close(file)

    def build(self) -> None:
        before = os.umask(0o022)  # whoever runs inside must be able to read it, whatever the host's habit
        try:
            self._build()
        finally:
            os.umask(before)

    def _build(self) -> None:
        limits = self.spec.limits
        mount("sandbox", _NEW_ROOT, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=2m,nr_inodes=8192,mode=755")
        self._root = os.open(_NEW_ROOT, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        for name, text in _WRITTEN.items():
            self._file(name, text.encode())
        for path, content in self._copies.items():
            self._file(path[1:], content)
        self._private(limits)
        if self._ahead:
            self._tmpfs(GIVEN, "size=64k,nr_inodes=16,mode=755")
        self._proc()
        self._taken.link(_NEW_ROOT)
        for path in sorted({*self._taken.trees, *self.spec.hidden}):
            if path in self._taken.trees:
                self._taken.place(path, _NEW_ROOT)
            elif cover(_NEW_ROOT + path):
                self._covers.append(path)
        os.makedirs(_NEW_ROOT + self.spec.cwd, exist_ok=True)

    def _private(self, limits: Limits) -> None:
        size = f"size={limits.tmp_mb}m,nr_inodes={max(1024, limits.files)}" if limits.tmp_mb else "size=50%"
        self._tmpfs("/tmp", f"{size},mode=1777")
        self._tmpfs(
            "/home/sandbox", f"size={min(64, limits.tmp_mb) or 64}m,nr_inodes=8192,mode=700,uid={{uid}},gid={{uid}}"
        )
        self._tmpfs("/dev", "size=64k,nr_inodes=64,mode=755", device=True)
        self._tmpfs("/dev/shm", f"size={min(64, limits.tmp_mb) or 64}m,nr_inodes=4096,mode=1777")
        os.makedirs(f"{_NEW_ROOT}/var", exist_ok=True)
        os.symlink(
            "../tmp", f"{_NEW_ROOT}/var/tmp"
        )  # relative: what lies there is placed through it before the old root goes
        for name, target in {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}.items():
            os.symlink(target, f"{_NEW_ROOT}/dev/{name}")
        os.mkdir(f"{_NEW_ROOT}/dev/pts")
        with contextlib.suppress(OSError):  # without pseudo terminals only `!command` loses its colours
            options = "newinstance,ptmxmode=0666,mode=620"
            mount("devpts", f"{_NEW_ROOT}/dev/pts", "devpts", _MS_NOSUID | _MS_NOEXEC, options)
            os.symlink("pts/ptmx", f"{_NEW_ROOT}/dev/ptmx")

    def _tmpfs(self, target: str, options: str, *, device: bool = False) -> None:
        os.makedirs(_NEW_ROOT + target, exist_ok=True)
        owner = self.spec.user if self.spec.user >= 0 else os.geteuid()
        flags = _MS_NOSUID | (0 if device else _MS_NODEV)
        mount("sandbox", _NEW_ROOT + target, "tmpfs", flags, options.replace("{uid}", str(owner)))

    def _proc(self) -> None:
        """A new /proc shows only this pid namespace; the kernel forbids it where the old one is masked already."""
        os.makedirs(f"{_NEW_ROOT}/proc", exist_ok=True)
        try:
            mount("proc", f"{_NEW_ROOT}/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
        except PermissionError:
            return
        self._file("empty", b"")
        os.mkdir(f"{_NEW_ROOT}/void")
        for entry in os.scandir(f"{_NEW_ROOT}/proc"):
            if not entry.name.isdigit() and entry.name not in _PROC_KEPT | _PROC_KEPT_LINKS:
                cover = "void" if entry.is_dir(follow_symlinks=False) else "empty"
                mount(f"{_NEW_ROOT}/{cover}", entry.path, flags=_MS_BIND)  # `enter` makes them all read-only at once

    def _file(self, name: str, content: bytes) -> None:
        file = new_file(f"{_NEW_ROOT}/{name}")
        os.write(file, content)
        os.close(file)

    def enter(self) -> None:
        """Leave the old root; what is not in the view is out of reach from here on."""
        os.chdir(_NEW_ROOT)
        if os.path.exists("proc/self"):
            seal("proc", recursive=True)
        for path in ("/dev", *self._covers):
            seal("." + path)
        seal(".")
        syscalls.call("pivot_root", b".\0", b".\0")
        syscalls.call("umount2", b".\0", _DETACH)
        os.chdir("/")
        os.close(self._root)
