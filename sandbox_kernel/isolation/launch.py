"""The launcher program: `python -P -m sandbox_kernel.isolation.launch FD PROGRAM ARGUMENTS...` (or `-m MODULE ...`)

FD is a SOCK_SEQPACKET socket to whoever started it: the `Spec` comes in as its only message, one report goes out, and
its end means that the host is gone.
"""

from __future__ import annotations

import os
import socket
import sys

from sandbox_kernel.isolation.enter import enter, run
from sandbox_kernel.isolation.spec import Spec

_MOST = 1 << 18


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(channel.fileno(), False)
    spec = Spec.from_json(channel.recv(_MOST))
    enter(spec, channel)
    os.chdir(spec.cwd)
    run(sys.argv[2:])


if __name__ == "__main__":
    main()
