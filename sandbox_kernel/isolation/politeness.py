"""Niceness that holds across sessions.

With autogroups, which most Linux desktops and servers have, processors are shared between sessions first, and a nice
process in a session of its own takes as much as any other. A session that a nice process begins is made as nice here.
Called by whatever begins a session that must stay behind; does nothing for a process that is not nice.
"""

from __future__ import annotations

import os
import time

_AUTOGROUP = "/proc/self/autogroup"
_TRIES = 20
_PAUSE_S = 0.12  # who is not root may set one in a tenth of a second, on the whole machine


def carry_over(path: str = _AUTOGROUP) -> None:
    """Make this process's new session as nice as the process. Never raises."""
    nice = os.getpriority(os.PRIO_PROCESS, 0)
    if nice <= 0:
        return
    for _ in range(_TRIES):
        try:
            descriptor = os.open(path, os.O_WRONLY)
        except OSError:  # no autogroups: niceness holds by itself
            return
        try:
            os.write(descriptor, b"%d" % nice)
            return
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        except OSError:
            return
        finally:
            os.close(descriptor)
