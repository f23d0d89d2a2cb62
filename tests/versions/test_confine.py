"""How a compile worker finds what its children left, where `/proc` shows it and where it does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sandbox_kernel.versions import confine

# A child that leaves two detached grandchildren, in a process that adopts them, which shows no processes to itself.
SWEEP = """
import os, sys, time
from sandbox_kernel.versions import confine
if sys.argv[1] == "hidden":
    confine.descendants = lambda root: None
confine.become_reaper()
pid = os.fork()
if pid == 0:
    os.setsid()
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.setsid()
            time.sleep(1000)
    os._exit(0)
os.waitpid(pid, 0)
swept = confine.sweep(pid)
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print(swept, "none left")
"""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
@pytest.mark.parametrize("view", ["shown", "hidden"])
def test_a_sweep_leaves_nothing_whether_processes_are_shown_or_not(view: str) -> None:
    found = subprocess.run([sys.executable, "-c", SWEEP, view], capture_output=True, text=True, check=True)
    assert "True none left\n" == found.stdout


@pytest.mark.process
def test_children_since_a_process_are_those_that_are_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in confine.children_since(child.pid)
        assert child.pid not in confine.children_since(child.pid + 1)
        child.kill()
