"""What this kernel's process uses: memory, processor, threads. Any thread; reads files of the system, nothing more."""

from __future__ import annotations

import resource
import time
from functools import cache

import psutil

from sandbox_kernel import wire


@cache
def _process() -> psutil.Process:
    """Kept, because the processor's share is counted from one call to the next."""
    return psutil.Process()


def of_this_process() -> wire.Usage:
    """The first call has no processor's share yet: it is 0."""
    process = _process()
    with process.oneshot():
        return wire.Usage(
            memory_bytes=process.memory_info().rss,
            memory_limit_bytes=_memory_limit(),
            cpu_percent=process.cpu_percent(),
            threads=process.num_threads(),
            uptime_s=time.time() - process.create_time(),
        )


def _memory_limit() -> int:
    """The limit on data, which an isolated sandbox gets in full; 0 for none."""
    soft, _ = resource.getrlimit(resource.RLIMIT_DATA)
    return 0 if soft == resource.RLIM_INFINITY else soft
