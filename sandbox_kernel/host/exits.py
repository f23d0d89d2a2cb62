"""Waiting for a process to end: by pidfd where the system has it, by a short poll elsewhere. Reaps nothing."""

from __future__ import annotations

import asyncio
import os

import psutil

POLL_S = 0.05


async def until_exit(pid: int, *, pidfd: int = -1) -> None:
    """Returns as soon as the process has ended (it may still be a zombie); at once if there is none.

    A `pidfd` that somebody holds is better than the number, which may belong to another process by now.
    """
    try:
        descriptor = os.dup(pidfd) if pidfd >= 0 else os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # no pidfd before Linux 5.3, on other systems, under some seccomp filters
        await _poll_until_exit(pid)
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    try:
        loop.add_reader(descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(descriptor)
    finally:
        os.close(descriptor)


async def _poll_until_exit(pid: int) -> None:
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110 no event to wait for
        await asyncio.sleep(POLL_S)
