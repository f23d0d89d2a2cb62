"""Runs small programs at a level, for real, and gives what they printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from sandbox_kernel.isolation.levels import missing_for
from sandbox_kernel.isolation.limits import Limits
from sandbox_kernel.isolation.spec import Level, Spec, python_paths, sandbox_user
from sandbox_kernel.isolation.start import Start, Started

ROOMY = Limits(memory_mb=256, tmp_mb=8, processes=32, open_files=64, file_mb=4)


@dataclass
class Run:
    """A program at a level: `output` and `status` once it has ended."""

    process: subprocess.Popen[str]
    started: Started

    def end(self) -> tuple[str, int]:
        output, _ = self.process.communicate(timeout=20)
        self.started.close()
        return output, self.process.returncode


Launch = Callable[..., Run]


Way = Level | Literal["parked"]  # in a jail that was made before it was known for whom

PARKED = """
import os, signal, socket, sys
from sandbox_kernel.isolation import ahead, enter
from sandbox_kernel.isolation.spec import Spec, kind_of
channel = socket.socket(fileno=int(sys.argv[1]))
text = channel.recv(1 << 18)
spec = Spec.from_json(text)
mine, theirs = ahead.pair()
keeper = os.fork()
if keeper == 0:
    mine.close()
    channel.close()
    line, report = ahead.enter_ahead(kind_of(spec)._replace(user=spec.user), theirs)
    line.send(report)
    _, (word,), _, _ = socket.recv_fds(line, 64, 1)
    line.close()
    os.chdir(spec.cwd)
    enter.await_word(socket.socket(fileno=word))
    exec(sys.argv[2], {"__name__": "__main__"})
    sys.stdout.flush()
    os._exit(0)
theirs.close()
mine.recv(64)
for word in (text, b"come"):
    socket.send_fds(mine, [word], [channel.fileno()])
for end in (mine, channel):
    end.close()
signal.signal(signal.SIGTERM, lambda *_: os.kill(keeper, signal.SIGTERM))
_, status = os.waitpid(keeper, 0)
os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
"""


def need(level: Level) -> None:
    if why := missing_for(level):
        pytest.skip(f"this machine has no '{level}': {why}")


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """`launch(level, code)` starts Python code in its own directory `work`, beside which `secret.txt` lies."""
    if not (tmp_path / "secret.txt").exists():
        (tmp_path / "secret.txt").write_text("tell nobody")
    (tmp_path / "secret.txt").chmod(0o600)
    work, home = tmp_path / "work", tmp_path / "home"

    def launcher(way: Way, code: str, limits: Limits = ROOMY, readable: tuple[str, ...] = ()) -> Run:
        level: Level = "jail" if way == "parked" else way
        need(level)
        work.mkdir(exist_ok=True)
        home.mkdir(exist_ok=True)
        programs = python_paths()
        spec = Spec(
            level,
            str(work),
            programs,
            (str(work),),
            readable,
            home=str(home),
            user=sandbox_user(programs),
            limits=limits,
        )
        environment = {"PATH": os.environ["PATH"], "SECRET_FILE": str(tmp_path / "secret.txt")}
        with Start(spec) as start:
            parked = [sys.executable, "-c", PARKED, str(start.inherited[0]), code]
            process = subprocess.Popen(
                parked if way == "parked" else start.command([sys.executable, "-c", code]),
                pass_fds=start.inherited,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            started = start.finish(process.pid)
        return Run(process, started)

    return launcher
