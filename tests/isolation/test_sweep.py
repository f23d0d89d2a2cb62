"""How the keeper clears away what a kernel has left, however much it is."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="keepers are of Linux")

CROWD = """
import os
from sandbox_kernel.isolation import keeper

looks = []
look = keeper.descendants
keeper.descendants = lambda: looks.append(1) or look()
keeper.become_subreaper()
crowd = os.fork()
if crowd == 0:
    for _ in range(200):
        if os.fork() == 0:
            os._exit(0)
    os._exit(0)
os.waitid(os.P_PID, crowd, os.WEXITED | os.WNOWAIT)
keeper.sweep()
print(len(looks))
"""


@pytest.mark.process
def test_a_crowd_of_ended_processes_is_not_reaped_one_by_one() -> None:
    """A look at all processes for each of them took hours after a fork bomb, and left no process for anybody else."""
    done = subprocess.run([sys.executable, "-c", CROWD], capture_output=True, text=True, timeout=120, check=True)
    assert 1 <= int(done.stdout) < 100
