"""Sandboxes that come and go leave nothing: descriptors, processes, directories, memory of host and zygote."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import psutil
import pytest

from sandbox_kernel.host import zygotes
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.zygote.protocol import Ask

pytestmark = [pytest.mark.kernel, pytest.mark.soak]

CYCLES = int(os.environ.get("SANDBOX_KERNEL_SOAK_CYCLES", "1000"))
WARM_UP = 20  # the first ones fill caches
MOST_GROWTH_MB = 8.0


async def facts() -> tuple[int, int, int, float, float]:
    """Descriptors here, children here, our directories in the temporary one, megabytes of this process and the zygote."""
    gc.collect()
    (state,) = await zygotes.tell_all(Ask())
    own = psutil.Process()
    ours = [path for path in Path(tempfile.gettempdir()).glob("**/*") if path.is_dir()]
    memory = [process.memory_full_info().uss / 1e6 for process in (own, psutil.Process(state.pid))]
    return own.num_fds(), len(own.children()) + state.running, len(ours), memory[0], memory[1]


async def test_a_thousand_cycles_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv(zygotes.PLACE, str(tmp_path / "zygotes"))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    async with SandboxManager() as manager:

        async def cycle() -> None:
            sandbox = await manager.create("one")
            assert (await sandbox.run("6 * 7")).text == "42"
            await manager.destroy("one")

        for _ in range(WARM_UP):
            await cycle()
        before = await facts()
        for _ in range(CYCLES):
            await cycle()
        after = await facts()
    assert before[:3] == after[:3]
    assert [True, True] == [late - early < MOST_GROWTH_MB for early, late in zip(before[3:], after[3:], strict=True)]
