"""`python -m sandbox_kernel.board`: the service, and where the hub of one machine starts it, a watcher that starts it again.

The hub itself looks every half minute whether its services run; a class should not wait that long for its board. The
watcher does nothing else, so there is nothing in it to fail. A service that ends by itself while it starts is not tried
again: its message is for who opened the class.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from sandbox_kernel.isolation.keeper import tie_to_parent

AGAIN_S = 0.2
STARTED_S = 5.0


def watch() -> int:
    tie_to_parent()
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        service.terminate()

    while True:
        began = time.monotonic()
        service = subprocess.Popen([sys.executable, "-P", "-m", "sandbox_kernel.board.service"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        status = service.wait()
        if stopping or (status >= 0 and time.monotonic() - began < STARTED_S):
            return max(status, 0)
        time.sleep(AGAIN_S)


if __name__ == "__main__":
    if os.environ.get("SANDBOX_CLASSROOM_SETTINGS"):
        sys.exit(watch())
    from sandbox_kernel.board.service import main  # in a cluster, where the pod is what is watched

    main()
