"""The zygote's program: `python -m sandbox_kernel.zygote SOCKET STAMP -- ARGUMENTS OF THE KERNEL'S APPLICATION`.

The process that a host started returns at once, when the socket listens; the zygote itself is nobody's child, so that no
host has to reap it and it outlives them. Requests wait in the socket until it is prepared.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from sandbox_kernel.zygote.family import stamp_of_packages
from sandbox_kernel.zygote.parked import COUNT, count_from
from sandbox_kernel.zygote.protocol import Address, new_socket
from sandbox_kernel.zygote.server import Server

IDLE_S = 600.0
BACKLOG = 1024


def main() -> None:
    path, stamp = Path(sys.argv[1]), sys.argv[2]
    arguments = sys.argv[4:]
    listening = listen(path)
    if os.fork():
        os._exit(0)
    become_daemon(path)
    inode = path.stat().st_ino
    sys.argv = ["ipykernel_launcher", *arguments]

    def wanted() -> bool:
        return is_same_file(path, inode) and stamp == stamp_of_packages(os.environ)

    app, refusal = None, ""
    try:
        from sandbox_kernel.zygote.prepare import prepare

        app = prepare(arguments)
    except BaseException as error:  # a border: every host is told and starts its kernels the plain way
        traceback.print_exc()
        refusal = f"{type(error).__name__}: {error}"
    idle_s = float(os.environ.get("SANDBOX_KERNEL_IDLE_S", IDLE_S))
    parked = 0 if refusal else count_from(os.environ.get(COUNT))
    task = Server(listening, idle_s=idle_s, wanted=wanted, refusal=refusal, parked=parked).serve()
    if task is None:
        if is_same_file(path, inode):
            path.unlink(missing_ok=True)
        os._exit(0)
    assert app is not None
    from sandbox_kernel.zygote import child

    end_as(lambda: child.run(app, task))


def listen(path: Path) -> socket.socket:
    """Takes the place of whatever is there: the host holds the lock and found nobody answering."""
    listening = new_socket()
    fresh = path.with_suffix(f".{os.getpid()}")
    with Address(fresh) as short:
        listening.bind(short)
    fresh.chmod(0o600)
    listening.listen(BACKLOG)
    os.replace(fresh, path)
    return listening


def become_daemon(path: Path) -> None:
    os.setsid()
    os.chdir("/")
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    log = os.open(path.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    for descriptor, target in ((nowhere, 0), (nowhere, 1), (log, 2)):
        os.dup2(descriptor, target)
    os.close(nowhere)
    os.close(log)


def is_same_file(path: Path, inode: int) -> bool:
    with contextlib.suppress(OSError):
        return path.stat().st_ino == inode
    return False


def end_as(run: Callable[[], None]) -> None:
    """Runs the kernel and ends the process as an interpreter would, but without taking apart its whole heap: that would
    copy every page that is shared with the siblings."""
    status = 0
    try:
        run()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # a border: the last one of this process
        traceback.print_exc(file=sys.__stderr__)
        status = 1
    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(BaseException):
            stream.flush()  # type: ignore[union-attr]
    os._exit(status & 0xFF)


if __name__ == "__main__":
    main()
