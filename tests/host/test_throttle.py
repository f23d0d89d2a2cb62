"""A share of the processor that is held without a cgroup."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox_kernel.host import usage
from sandbox_kernel.host.throttle import BURST_S, LONGEST_STOP_S, Throttle
from sandbox_kernel.host.usage import CpuTime, cpu_between
from sandbox_kernel.host.watchdog import Watched, hold_share
from sandbox_kernel.isolation.limits import PROFILES

linux = pytest.mark.skipif(sys.platform != "linux", reason="the watchdog reads /proc")


def test_who_keeps_to_the_share_is_never_stopped() -> None:
    throttle = Throttle(0.5)
    assert [0.0] * 20 == [throttle.account(0.1, 0.05) for _ in range(20)]


def test_a_quiet_sandbox_may_use_a_burst_and_no_more() -> None:
    throttle = Throttle(0.5)
    throttle.account(100.0, 0.0)
    assert 0.0 == throttle.account(0.2, BURST_S)
    assert 0.0 < throttle.account(0.4, 0.4)


def test_over_a_long_time_it_gets_its_share_however_late_the_looks_are() -> None:
    throttle, used, elapsed = Throttle(0.6), 0.0, 0.0
    for late in (0.05, 0.3, 0.01, 0.2) * 50:
        used += late
        elapsed += late
        stop = throttle.account(late, late)
        while stop:
            elapsed += stop
            stop = throttle.account(stop, 0.0)
    assert used <= BURST_S + 0.6 * elapsed + 1e-6


def test_one_stop_is_never_long() -> None:
    assert LONGEST_STOP_S == Throttle(0.1).account(1.0, 5.0)


def test_cpu_time_is_counted_whoever_used_it() -> None:
    before = {1: CpuTime(1.0, 1.0), 2: CpuTime(3.0, 3.0)}
    waited_for = {1: CpuTime(1.0, 4.5)}  # 2 ended after half a second more
    orphaned = {1: CpuTime(1.0, 1.0), 3: CpuTime(0.7, 0.7)}  # 2 is gone, 3 is new
    assert [0.5, 0.7] == [pytest.approx(cpu_between(before, now)) for now in (waited_for, orphaned)]


@linux
@pytest.mark.kernel  # no kernel runs here, but it starts processes, which takes as long
def test_what_is_over_its_share_is_stopped_with_all_it_started_and_goes_on() -> None:
    code = "import subprocess; subprocess.run(['sleep', '60'])"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    with subprocess.Popen([sys.executable, "-c", outer]) as keeper:
        while len(below := usage.tree(keeper.pid)) < 2 or name(below[-1]) != "sleep":
            assert keeper.poll() is None  # stopped between fork and exec, a child keeps its parent from being stopped
        throttle = Throttle(0.5)
        watched = Watched(keeper.pid, below[0], PROFILES["strict"], (), lambda _: None, seen=True, throttle=throttle)
        try:
            hold_share(watched, 1.0, used_s=2.0)
            until(below, lambda found: found == {"T"})
            throttle.go_on(below)
            until(below, lambda found: "T" not in found)
        finally:
            for pid in (*below, keeper.pid):
                os.kill(pid, signal.SIGKILL)


def until(pids: list[int], wanted: Callable[[set[str]], bool]) -> None:
    """A signal is on its way: that it arrives is all that is waited for."""
    end = time.monotonic() + 30
    while not wanted(found := {state(pid) for pid in pids}):
        assert time.monotonic() < end, f"still {found}"
        os.sched_yield()


def name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
