"""What the kernel says that it uses."""

from __future__ import annotations

import os

from sandbox_kernel.runtime import usage


def test_usage_is_that_of_this_process() -> None:
    found = usage.of_this_process()
    assert 1_000_000 < found.memory_bytes < 100_000_000_000
    assert len(os.listdir("/proc/self/task")) == found.threads
    assert found.uptime_s > 0
