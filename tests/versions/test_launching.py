"""A worker from a seed: forked before there are threads, used once, replaced by a fresh one when it is gone."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform == "win32", reason="it forks")]

BEFORE = """
import os, sys, signal
from sandbox_kernel.versions import launching
from sandbox_kernel.versions.compiler import Compiler

def report(compiler, source="import os\\nprint(os.getppid(), os.getcwd() == sys.path[0])\\nimport sys\\n"):
    found = compiler.compile({"cart": "import sys\\n" + source})
    return [str(one) for _, one in found.errors] or found.output.split()

opened = open(os.__file__)
launching.plant()
(seed,) = launching._seeds
"""


def run(code: str) -> list[str]:
    command = [sys.executable, "-c", BEFORE + code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env={"PATH": "/usr/bin"})
    assert "" == done.stderr
    return done.stdout.splitlines()


def test_a_planted_worker_serves_many_requests_and_ends_with_its_kernel() -> None:
    lines = run(
        "with Compiler(search_path=['/tmp'], launch=launching.from_seed) as compiler:\n"
        "    for _ in range(3): print(report(compiler) == [str(seed.pid), 'True'])\n"
        "    print(compiler.statistics().worker_starts, os.path.exists(f'/proc/{seed.pid}'))\n"
        "print(os.path.exists(f'/proc/{seed.pid}'), launching._seeds)\n"
    )
    assert ["True", "True", "True", "1 True", "False []"] == lines


def test_a_seed_holds_nothing_of_the_kernel_open() -> None:
    lines = run(
        "with Compiler(search_path=['/tmp'], launch=launching.from_seed) as compiler:\n"
        "    report(compiler)\n"
        "    held = [f'/proc/{seed.pid}/fd/{fd}' for fd in os.listdir(f'/proc/{seed.pid}/fd')]\n"
        "    print(sorted({os.path.realpath(one) for one in held} & {os.path.realpath(opened.name)}))\n"
        "    print(os.getpgid(seed.pid) == seed.pid)\n"
    )
    assert ["[]", "True"] == lines


def test_a_fresh_worker_takes_the_place_of_a_seed_that_is_gone() -> None:
    lines = run(
        "os.kill(seed.pid, signal.SIGKILL)\n"
        "os.waitid(os.P_PID, seed.pid, os.WEXITED | os.WNOWAIT)\n"
        "with Compiler(search_path=['/tmp'], launch=launching.from_seed) as compiler:\n"
        "    print(report(compiler) != [str(seed.pid), 'True'], compiler.statistics().worker_starts)\n"
    )
    assert ["True 1"] == lines


def test_a_second_compiler_gets_a_worker_of_its_own() -> None:
    lines = run(
        "with Compiler(search_path=['/tmp'], launch=launching.from_seed) as one:\n"
        "    with Compiler(search_path=['/tmp'], launch=launching.from_seed) as two:\n"
        "        print(report(one)[0] == str(seed.pid), report(two)[0] == str(seed.pid))\n"
    )
    assert ["True False"] == lines
