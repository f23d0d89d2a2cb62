"""Detached copies of mounts (Linux 5.12): taken by path where the host's files are seen, put where the sandbox's are."""

from __future__ import annotations

import errno
import os
import stat
import struct
from typing import Final

from sandbox_kernel.isolation import syscalls
from sandbox_kernel.isolation.spec import Spec

READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, _ID_MAPPED = 1, 2, 4, 8, 0x100000
_RECURSIVE, _EMPTY_PATH, _CLONE, _CLOEXEC, _AT_CWD = 0x8000, 0x1000, 1, 0x80000, -100
_MS_NOSUID, _MS_NODEV, _MS_PRIVATE = 2, 4, 0x40000
GIVEN: Final = "/given"  # in a view that is made ahead: what will hold the sandbox's directory
_NOT_THERE: Final = (errno.ENOENT, errno.ENOTDIR, errno.EACCES)


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    texts = [text.encode() + b"\0" for text in (source, target, kind)]
    syscalls.call("mount", texts[0], texts[1], texts[2] if kind else None, flags, options.encode() + b"\0")


def clone_tree(path: str) -> int:
    """A detached copy of the mounts at `path`, as a descriptor."""
    return syscalls.call("open_tree", _AT_CWD, path.encode() + b"\0", _CLONE | _CLOEXEC | _RECURSIVE)


def set_attributes(
    tree: int, attributes: int, *, cleared: int = 0, user_namespace: int = 0, recursive: bool = True
) -> None:
    """What is mounted later on the host does not come in: copies are private."""
    wanted = struct.pack("=QQQQ", attributes, cleared, _MS_PRIVATE, user_namespace)
    flags = _EMPTY_PATH | (_RECURSIVE if recursive else 0)
    syscalls.call("mount_setattr", tree, b"\0", flags, wanted, len(wanted))


def put(tree: int, target: str) -> None:
    syscalls.call("move_mount", tree, b"\0", _AT_CWD, target.encode() + b"\0", 4)  # MOVE_MOUNT_F_EMPTY_PATH
    os.close(tree)


def cover(target: str) -> bool:
    """Hides what is there under an empty directory; false where nothing is."""
    if not os.path.isdir(target):
        return False
    mount("sandbox", target, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64k,nr_inodes=64,mode=755")
    return True


def new_file(path: str) -> int:
    flags = os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o644)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path))
        return os.open(path, flags, 0o644)


def seal(path: str, *, recursive: bool = False, opened: bool = False) -> None:
    """Read-only from here on; `opened` takes that back."""
    at = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        set_attributes(at, 0 if opened else READ_ONLY, cleared=READ_ONLY if opened else 0, recursive=recursive)
    finally:
        os.close(at)


class Trees:
    """What was taken, by the path at which it is to be seen. `id_map`: the owner of what is given -> a user namespace (as
    a descriptor) that maps it to the sandbox's user."""

    def __init__(self, id_map: dict[int, int]) -> None:
        self._id_map = id_map
        self.trees: dict[str, int] = {}
        self.written: set[str] = set()
        self._links: dict[str, str] = {}

    def take_given(self, spec: Spec) -> None:
        """What is given to this one sandbox on purpose."""
        for path in spec.readable:
            self.take(path, READ_ONLY | NO_SUID | NO_DEV, given=True)
        for path in spec.writable:
            self.take(path, NO_SUID | NO_DEV, given=True)
            self.written |= {path, os.path.realpath(path)} & set(self.trees)

    def take(self, path: str, attributes: int, *, given: bool = False) -> None:
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
            self.take(real, attributes, given=given)  # both names lead to it inside
        owner = self._id_map.get(state.st_uid) if given else None
        set_attributes(tree, attributes | (_ID_MAPPED if owner is not None else 0), user_namespace=owner or 0)
        if path in self.trees:
            os.close(self.trees[path])
        self.trees[path] = tree

    def link(self, root: str) -> None:
        for link, target in self._links.items():
            if not os.path.lexists(root + link):
                os.symlink(target, root + link)

    def place(self, path: str, root: str) -> None:
        tree, target = self.trees[path], root + path
        if stat.S_ISDIR(os.fstat(tree).st_mode):
            os.makedirs(target, exist_ok=True)
        elif not os.path.exists(target):  # it does where the folder round it is shown already, and that is read only
            os.close(new_file(target))
        put(tree, target)
