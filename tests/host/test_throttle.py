"""A share of the processor that is held without a cgroup."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox_kernel.host.throttle import BURST_S, LONGEST_STOP_S, Throttle
from sandbox_kernel.host.usage import CpuTime, cpu_between
from sandbox_kernel.host.watchdog import Watchdog, Watched
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
def test_a_busy_process_is_stopped_and_goes_on() -> None:
    busy = [sys.executable, "-c", "while True: pass"]
    with subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({busy!r})"]) as keeper:
        watchdog = Watchdog()
        watched = Watched(keeper.pid, keeper.pid, PROFILES["strict"], (), lambda _: None, throttle=Throttle(0.2))
        watchdog.watch(watched)
        try:
            for wanted in ("T", "R", "T"):
                while wanted not in {state(pid) for pid in watched.pids}:
                    assert keeper.poll() is None
        finally:
            watchdog.forget(watched)
            subprocess.run(["kill", "-9", *map(str, watched.pids)], check=True)


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
