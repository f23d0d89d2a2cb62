"""A jail that is made before it is known for whom: all of `enter`, but for what is given to one sandbox alone.

    line, report = enter_ahead(kind, owner)     in the process that will run the code; the keeper never returns
    line.send(report)                           it is ready: the keeper says so to whoever made it
    owner.send(spec); owner.send(words)         by whoever made it, with descriptors: the sandbox moves in

The keeper stays outside the view, in a copy of the host's mounts that follows the host's. When the sandbox is known the
keeper takes copies of what is given to it, steps into the view and puts them there; nothing of a sandbox runs before.
Then it keeps to what every keeper does.

Landlock must hold before the first thread and can never be widened, so it cannot name the sandbox's directory. It names
an empty file system of the view instead (`GIVEN`), which is put, read-only, over the folder that is to hold the directory:
what lies below is writable because the folder is the one that Landlock knows, and nothing else lies there. (Below `/tmp`
and `/home` that is not needed: every jail may write there.)

Weighed: (a) a process that has forked and made its namespaces and waits before Landlock and its threads: works for every
directory, but two thirds of a kernel's start come after that; (b) Landlock without paths for these sandboxes: one of two
fences gone; (c) a link from the wanted path to one known ahead: the code would see another path than its host; (d) this.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Final, NoReturn

from sandbox_kernel.isolation import enter, keeper, namespaces, politeness, syscalls
from sandbox_kernel.isolation.limits import apply_rlimits, share_cpus
from sandbox_kernel.isolation.spec import PRIVATE, Spec
from sandbox_kernel.isolation.trees import (
    GIVEN,
    NO_DEV,
    NO_SUID,
    READ_ONLY,
    Trees,
    clone_tree,
    cover,
    mount,
    put,
    seal,
    set_attributes,
)

WORDS_BYTES: Final = 512 * 1024
MOST_DESCRIPTORS: Final = 16
READY: Final = b"ready"
_VIEW: Final = b"view"
_REC, _SLAVE, _DETACH = 0x4000, 0x80000, 2


def pair() -> tuple[socket.socket, socket.socket]:
    """Two ends of a line for such words."""
    made = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for each in made:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WORDS_BYTES)
    return made


def enter_ahead(kind: Spec, owner: socket.socket) -> tuple[socket.socket, bytes]:
    """Returns with the line to the keeper and the report to send over it when the caller is ready for its sandbox. What
    goes wrong ends the process: whoever asked sees `owner` close."""
    try:
        enter.join(kind)
        enter.raise_oom_score()
        line = _fork_off(kind, owner)
        pinned = not kind.cpu_bounded and share_cpus(kind.limits)
        apply_rlimits(kind.limits)
        held = enter.confine(kind._replace(writable=(GIVEN,)), pinned=pinned)
    except OSError as error:
        sys.stderr.write(f"no jail could be made ahead: {error}\n")
        os._exit(70)
    return line, json.dumps({"ok": True, "level": kind.level, "landlock": held, "pinned": pinned}).encode()


def _fork_off(kind: Spec, owner: socket.socket) -> socket.socket:
    as_root = os.geteuid() == 0 and kind.user >= 0
    traced = keeper.may_trace()
    if not as_root:
        namespaces.unshare_users()
    namespaces.unshare(namespaces.ALL_BUT_USERS)
    mount("none", "/", flags=_REC | _SLAVE)
    init = keeper.start_init(traced=traced)
    namespaces.set_dumpable(False)  # pid 1 too: no one inside may look into the two
    mine, theirs = pair()
    parent = os.getpid()
    kernel = keeper.fork()
    if kernel:
        theirs.close()
        _keep(kernel, init, owner, mine, as_root=as_root)
    for end in (owner, mine):
        end.close()
    keeper.die_with_parent(parent)
    namespaces.unshare(namespaces.MOUNT)
    view = os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    socket.send_fds(theirs, [_VIEW], [view])
    os.close(view)
    os.setsid()
    politeness.carry_over()  # here the machine's /proc is still to be seen
    enter.build(kind, {}, as_root=as_root, ahead=True)
    keeper.die_with_parent(parent)  # a change of identity took it back
    return theirs


@dataclass(frozen=True, slots=True)
class _Jail:
    """What the keeper holds while nobody has come: `watched` is a pidfd of the kernel, `line` leads to it."""

    kernel: int
    init: int
    watched: int
    line: socket.socket

    def hear(self, line: socket.socket) -> tuple[bytes, list[int]]:
        """The next word; ends all when the other end or the kernel is gone."""
        poll = select.poll()
        poll.register(line, select.POLLIN)
        poll.register(self.watched, select.POLLIN)
        if line.fileno() in [descriptor for descriptor, _ in poll.poll()]:
            data, descriptors, _, _ = socket.recv_fds(line, WORDS_BYTES, MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC)
            if data:
                return data, descriptors
        self.end()
        os._exit(70)

    def end(self) -> None:
        """The kernel is reaped first: pid 1 does not end while one of its processes waits for that."""
        os.kill(self.init, signal.SIGKILL)
        os.waitpid(self.kernel, 0)
        keeper.end_init(self.init)


def _keep(kernel: int, init: int, owner: socket.socket, line: socket.socket, *, as_root: bool) -> NoReturn:
    """The keeper until the sandbox is known, and then as ever."""
    keeper.reap_put_away()
    jail = _Jail(kernel, init, os.pidfd_open(kernel), line)
    _, (view,) = jail.hear(line)
    report, _ = jail.hear(line)
    owner.send(READY)
    text, (channel,) = jail.hear(owner)
    host = socket.socket(fileno=channel)
    try:
        admit(Spec.from_json(text), view, as_root=as_root)
        host.send(json.dumps({**json.loads(report), "kernel": kernel}).encode())
        words, descriptors = jail.hear(owner)
        socket.send_fds(line, [words], descriptors)
    except OSError as error:
        jail.end()
        enter.fail(host, f"what is given to the sandbox could not be shown to it: {error}")
    for descriptor in (view, jail.watched, *descriptors):
        os.close(descriptor)
    for end in (owner, line):
        end.close()
    if not as_root:
        namespaces.drop_capabilities()
    keeper.keep(kernel, host, init)


def admit(spec: Spec, view: int, *, as_root: bool) -> None:
    """Puts what is given to this sandbox into the view; the caller is in the view's mount namespace from here on."""
    maps = enter.owner_maps(spec) if as_root else {}
    given = Trees(maps)
    given.take_given(spec)
    for descriptor in maps.values():
        os.close(descriptor)
    syscalls.call("setns", view, namespaces.MOUNT)
    os.umask(0o022)
    seal("/", opened=True)
    given.link("")
    homes = {os.path.dirname(path) for path in given.written if not path.startswith(PRIVATE)}
    for home in homes:
        for path in given.written:
            if os.path.dirname(path) == home:
                os.mkdir(GIVEN + "/" + os.path.basename(path))
    covers = []
    for path in sorted({*given.trees, *spec.hidden, *homes}):
        if path in homes:
            os.makedirs(path, exist_ok=True)
            tree = clone_tree(GIVEN)
            set_attributes(tree, READ_ONLY | NO_SUID | NO_DEV)
            put(tree, path)
        elif path in given.trees:
            given.place(path, "")
        elif cover(path):
            covers.append(path)
    os.makedirs(spec.cwd, exist_ok=True)
    syscalls.call("umount2", GIVEN.encode() + b"\0", _DETACH)
    for path in ("/", *covers):
        seal(path)
