"""The private view of the file system inside a jail: built on a tmpfs with the new mount calls (Linux 5.12), then the
old root is gone.

Read-only except for the sandbox's own directories; `/tmp`, `/home`, `/dev/shm` private and of a fixed size; `/dev` with
six devices; `/proc` of the sandbox's own processes, read-only, with all that tells of the machine masked; no `/sys`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import struct
from typing import Final

from sandbox_kernel.isolation import syscalls
from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import Spec, system_paths

_READ_ONLY, _NO_SUID, _NO_DEV, _NO_EXEC, _ID_MAPPED = 1, 2, 4, 8, 0x100000
_RECURSIVE, _EMPTY_PATH, _CLONE, _CLOEXEC, _AT_CWD = 0x8000, 0x1000, 1, 0x80000, -100
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000
_DETACH: Final = 2
_SMALL: Final = 16384
_NOT_THERE: Final = (errno.ENOENT, errno.ENOTDIR, errno.EACCES)

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


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    texts = [text.encode() + b"\0" for text in (source, target, kind)]
    syscalls.call("mount", texts[0], texts[1], texts[2] if kind else None, flags, options.encode() + b"\0")


def clone_tree(path: str) -> int:
    """A detached copy of the mounts at `path`, as a descriptor."""
    return syscalls.call("open_tree", _AT_CWD, path.encode() + b"\0", _CLONE | _CLOEXEC | _RECURSIVE)


def set_attributes(tree: int, attributes: int, *, user_namespace: int = 0, recursive: bool = True) -> None:
    wanted = struct.pack("=QQQQ", attributes, 0, 0, user_namespace)
    flags = _EMPTY_PATH | (_RECURSIVE if recursive else 0)
    syscalls.call("mount_setattr", tree, b"\0", flags, wanted, len(wanted))


def place(tree: int, target: str) -> None:
    syscalls.call("move_mount", tree, b"\0", _AT_CWD, target.encode() + b"\0", 4)  # MOVE_MOUNT_F_EMPTY_PATH
    os.close(tree)


class View:
    """Builds the view step by step: `gather` while the old root is whole, `build`, then `enter`."""

    def __init__(self, spec: Spec, id_map: dict[int, int] | None = None) -> None:
        self.spec = spec
        self._id_map = id_map or {}  # owner of what is given -> user namespace that maps it to the sandbox's user
        self._trees: dict[str, int] = {}
        self._copies: dict[str, bytes] = {}
        self._links: dict[str, str] = {}
        self._covers: list[str] = []
        self._root = -1

    def gather(self) -> None:
        mount("none", "/", flags=_MS_REC | _MS_PRIVATE)
        for path in (*system_paths(), *self.spec.programs):
            self._take(path, _READ_ONLY | _NO_SUID | _NO_DEV)
        for name in _ETC:
            self._take_setting(f"/etc/{name}")
        for path in self.spec.readable:
            self._take(path, _READ_ONLY | _NO_SUID | _NO_DEV, given=True)
        for path in self.spec.writable:
            self._take(path, _NO_SUID | _NO_DEV, given=True)
        for name in self._device_names():
            self._take(f"/dev/{name}", _NO_SUID | _NO_EXEC)

    def _device_names(self) -> tuple[str, ...]:
        # A shared mapping of /dev/zero is memory that no rlimit counts: it is there only where a cgroup does.
        return (*_DEVICES, "zero") if self.spec.memory_bounded else _DEVICES

    def _take(self, path: str, attributes: int, *, given: bool = False) -> None:
        if path.count("/") == 1 and os.path.islink(path):
            self._links[path] = os.readlink(path)
            return
        try:
            tree = clone_tree(path)
        except OSError as error:
            if error.errno in _NOT_THERE:
                return
            raise
        state = os.fstat(tree)
        if stat.S_ISDIR(state.st_mode) and (real := os.path.realpath(path)) != path:
            self._take(real, attributes, given=given)  # both names lead to it inside
        owner = self._id_map.get(state.st_uid) if given else None
        set_attributes(tree, attributes | (_ID_MAPPED if owner is not None else 0), user_namespace=owner or 0)
        if path in self._trees:
            os.close(self._trees[path])
        self._trees[path] = tree

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
            self._take(path, _READ_ONLY | _NO_SUID | _NO_DEV)
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
        self._proc()
        for link, target in self._links.items():
            os.symlink(target, _NEW_ROOT + link)
        for path in sorted({*self._trees, *self.spec.hidden}):
            if path in self._trees:
                self._place(self._trees[path], path)
            else:
                self._cover(path)
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

    def _cover(self, path: str) -> None:
        """Empty, but for what is placed in it later."""
        if os.path.isdir(_NEW_ROOT + path):
            mount("sandbox", _NEW_ROOT + path, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64k,nr_inodes=64,mode=755")
            self._covers.append(path)

    def _file(self, name: str, content: bytes) -> None:
        file = _new_file(f"{_NEW_ROOT}/{name}")
        os.write(file, content)
        os.close(file)

    def _place(self, tree: int, path: str) -> None:
        target = _NEW_ROOT + path
        if stat.S_ISDIR(os.fstat(tree).st_mode):
            os.makedirs(target, exist_ok=True)
        elif not os.path.exists(target):  # it does where the folder round it is shown already, and that is read only
            os.close(_new_file(target))
        place(tree, target)

    def enter(self) -> None:
        """Leave the old root; what is not in the view is out of reach from here on."""
        os.chdir(_NEW_ROOT)
        if os.path.exists("proc/self"):
            _seal("proc", recursive=True)
        for path in ("/dev", *self._covers):
            _seal("." + path)
        _seal(".")
        syscalls.call("pivot_root", b".\0", b".\0")
        syscalls.call("umount2", b".\0", _DETACH)
        os.chdir("/")
        os.close(self._root)


def _new_file(path: str) -> int:
    flags = os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path))
        return os.open(path, flags, 0o644)


def _seal(path: str, *, recursive: bool = False) -> None:
    at = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        set_attributes(at, _READ_ONLY, recursive=recursive)
    finally:
        os.close(at)
