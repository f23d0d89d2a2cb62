"""What holds a child of the compile worker besides the level that it is in already: it cannot reach the processes beside it.

A compile worker is started inside whatever holds its sandbox (it is a child of the kernel, or was brought into a level by
the host), so files, network and limits of the level hold for it as they do for the kernel. But kernel, worker and child
are one user in one place, and code under trial could signal, trace or write into the live kernel. Called by name in each
child, before it knows what it will run; costs three system calls.
"""

from __future__ import annotations

import contextlib

from sandbox_kernel.isolation import landlock, syscalls


def enter() -> None:
    """From here on this process and its children reach only each other. Where Linux is too old (before 6.12) or has no
    Landlock nothing changes; docs/versions.md says so."""
    with contextlib.suppress(OSError):
        syscalls.no_new_privileges()
        landlock.keep_to_itself()
