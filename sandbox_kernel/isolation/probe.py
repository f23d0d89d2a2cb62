"""What this machine can do, found by doing it: `python -P -m sandbox_kernel.isolation.probe LEVEL...` prints JSON.

Every level is entered for real in a process of its own, so that the answer is about this kernel, this container and
this user, not about version numbers. Run by `levels`, once per host process; it leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
from contextlib import suppress

from sandbox_kernel.isolation import landlock
from sandbox_kernel.isolation.enter import enter
from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import LEVELS, Level, Spec, python_paths, sandbox_user


def attempt(level: Level) -> str:
    """Why this level cannot be entered here; empty when it can."""
    place = tempfile.mkdtemp(prefix="sandbox-probe-")
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        programs = python_paths()
        spec = Spec(level, place, programs, writable=(place,), user=sandbox_user(programs), limits=Limits())
        child = os.fork()
        if child == 0:
            mine.close()
            _try_out(spec, theirs, place)
        theirs.close()
        report = mine.recv(1 << 16)
        with suppress(OSError):  # it may have failed and be gone
            mine.send(b"1")
        _, ended = os.waitpid(child, 0)
        if not report:
            return "it ended without a word"
        answer = json.loads(report)
        if not answer["ok"]:
            return str(answer["reason"])
        return "" if ended == 0 else "a process inside could not write to its own directory"
    finally:
        mine.close()
        shutil.rmtree(place, ignore_errors=True)


def _try_out(spec: Spec, channel: socket.socket, place: str) -> None:
    try:
        enter(spec, channel)
        with open(f"{place}/written", "w", encoding="ascii") as file:
            file.write("1")
        os.stat(f"{spec.programs[0]}/.")
        os._exit(0)
    finally:
        os._exit(1)


def main() -> None:
    wanted = [level for level in LEVELS if level in sys.argv[1:]]
    sys.stdout.write(json.dumps({"landlock": landlock.abi(), **{level: attempt(level) for level in wanted}}))


if __name__ == "__main__":
    main()
