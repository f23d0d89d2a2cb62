"""A nice process stays nice in a session of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox_kernel.isolation import politeness

AUTOGROUP = Path("/proc/self/autogroup")
CHILD = (
    "import os; from sandbox_kernel.isolation.politeness import carry_over\n"
    "os.nice({nice}); os.setsid(); carry_over(); print(open('/proc/self/autogroup').read())"
)


def test_who_is_not_nice_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpriority", lambda which, who: 0)
    (tmp_path / "autogroup").write_text("as it was")
    politeness.carry_over(str(tmp_path / "autogroup"))
    assert "as it was" == (tmp_path / "autogroup").read_text()


def test_who_must_wait_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [BlockingIOError(), BlockingIOError()]
    pauses: list[float] = []
    write = os.write

    def refusing(descriptor: int, data: bytes) -> int:
        if refusals:
            raise refusals.pop()
        return write(descriptor, data)

    monkeypatch.setattr(os, "getpriority", lambda which, who: 15)
    monkeypatch.setattr(os, "write", refusing)
    monkeypatch.setattr(time, "sleep", pauses.append)
    (tmp_path / "autogroup").touch()
    politeness.carry_over(str(tmp_path / "autogroup"))
    assert ["15", 2] == [(tmp_path / "autogroup").read_text(), len(pauses)]


def test_where_there_are_no_autogroups_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpriority", lambda which, who: 15)
    politeness.carry_over(str(tmp_path / "none"))
    assert [] == list(tmp_path.iterdir())


@pytest.mark.process
@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel shares processors without autogroups")
def test_the_session_of_a_nice_process_is_as_nice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(nice=7)], capture_output=True, text=True, check=True, timeout=60
    )
    nice = int(done.stdout.split()[-1])
    assert 7 <= nice <= 19
