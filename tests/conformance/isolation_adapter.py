"""The adapter of the isolation conformance suite: the host API at the strongest level, and at each level by name.

`world`, given by the suite's runner, names a directory that sandboxes may read. Everything here is the product's own
host API; the adapter only changes the shape of what comes back.
"""

from __future__ import annotations

import ast
import asyncio
import gc
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import ExecutionError, HandInRefused, KernelDied, SandboxError
from sandbox_kernel.host import handin, review
from sandbox_kernel.host.manager import SandboxManager
from sandbox_kernel.host.output import RunResult
from sandbox_kernel.host.sandbox import Sandbox
from sandbox_kernel.host.terminal import clean

HIDDEN = {3: 10, 7: 50, -2: 5, 11: 122}
PAGE_BYTES = 4096


class SandboxStrict:
    """Sandboxes with the `strict` limits at the strongest level that the machine has."""

    name, isolation, limits = "sandbox-strict", "auto", "strict"

    def __init__(self, world: dict[str, Any]) -> None:  # Any: JSON
        self.world = world
        self.k: dict[str, Sandbox] = {}
        self._bases: dict[str, Path] = {}
        self._manager: SandboxManager | None = None

    async def start(self, role: str) -> dict[str, Any]:  # Any: JSON
        if self._manager is None:
            self._manager = await SandboxManager(restart="never").__aenter__()
        base = self._bases[role] = Path(tempfile.mkdtemp(prefix="ri-"))
        began = time.perf_counter()
        self.k[role] = sandbox = await self._manager.create(
            role,
            directory=base / "work",
            isolation=self.isolation,
            limits=self.limits,
            readable=[self.world["course"]],
            timeout_s=40,
        )
        spent_ms = (time.perf_counter() - began) * 1000
        pid = sandbox.info().pid
        return {"pid": pid, "kernel_pid": pid, "base": str(base), "work": str(base / "work"), "ms": spent_ms,
                "conn": sandbox.connection_file, "report": {"level": sandbox.info().isolation}}  # fmt: skip

    async def execute(self, role: str, code: str, timeout: float) -> dict[str, Any]:  # Any: JSON
        began = time.perf_counter()
        result = await self.k[role].run(code, timeout_s=timeout)
        wall = time.perf_counter() - began
        recovered = await self._under_control(role)
        text = "".join((result.stdout, result.stderr, *(str(shown.get("text/plain", "")) for shown in result.displays)))
        if isinstance(result.error, ExecutionError):
            text += "\n".join(result.error.traceback)
        return {"status": _status(result), "text": text + result.text, "nbytes": len(text), "wall": wall, "mimes": {},
                "recovered": recovered, "recover_s": max(0.0, wall - timeout), "note": str(result.error or "")}  # fmt: skip

    async def _under_control(self, role: str) -> bool:
        """Whether it takes the next cell, or is known to be ended and can be started again."""
        if self.k[role].info().status == "crashed":
            return True
        try:
            result = await self.k[role].run("1 + 1", timeout_s=10)
            return result.text == "2" or isinstance(result.error, KernelDied)
        except KernelDied:
            return True
        except SandboxError:
            return False

    async def shutdown(self, role: str) -> dict[str, Any]:  # Any: JSON
        if role not in self.k or self._manager is None:
            return {}
        began = time.perf_counter()
        del self.k[role]
        await self._manager.destroy(role)
        shutil.rmtree(self._bases.pop(role), ignore_errors=True)
        if not self.k:
            await self._manager.__aexit__(None, None, None)
            self._manager = None
        return {"ms": (time.perf_counter() - began) * 1000, "err": None}

    async def consume(self, role: str, kind: str, name: str) -> str:
        work = self._bases[role] / "work"
        try:
            return await asyncio.to_thread(_consumed, work, kind, name)
        except HandInRefused as refusal:
            return f"refused: {refusal}"

    async def grade(self, role: str, code: str) -> dict[str, Any]:  # Any: JSON
        """The expected values stay here; what the sandbox answers is data and is compared here."""
        sandbox = self.k[role]
        try:
            await sandbox.run(code, timeout_s=10)
            answers = [await self._answer(sandbox, f"solve({given})") for given in HIDDEN]
        except SandboxError as error:
            return {"pass": False, "detail": str(error)}
        return {"pass": answers == list(HIDDEN.values()), "detail": repr(answers)}

    async def _answer(self, sandbox: Sandbox, expression: str) -> object:
        result = await sandbox.run(expression, timeout_s=5)
        if not result.ok or len(result.text) > 100:
            return None
        try:
            value = ast.literal_eval(result.text)
        except (ValueError, SyntaxError):
            return None
        return value if type(value) is int else None

    def render(self, outcome: dict[str, Any]) -> str:  # Any: JSON
        return clean(str(outcome.get("text", "")), colour=False).replace("\r", "\n")

    def review(self, code: str) -> list[str]:
        return review.findings(code)

    def import_course(self) -> str:
        """The course directory is the host's own; no sandbox can write there, so its code may be run."""
        text = Path(self.world["course"], "helper.py").read_text(encoding="utf-8")
        found = re.search(r"^VALUE = '(\w+)'$", text, re.MULTILINE)
        return found[1] if found else ""

    def host_probe(self) -> dict[str, int]:
        gc.collect()
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
        return {"rss": resident, "pid": os.getpid(), "fds": len(os.listdir("/proc/self/fd"))}


class SandboxFence(SandboxStrict):
    name, isolation = "sandbox-fence", "fence"


class SandboxLimits(SandboxStrict):
    name, isolation = "sandbox-limits", "limits"


class SandboxNone(SandboxStrict):
    name, isolation, limits = "sandbox-none", "none", "trusted"


def _status(result: RunResult) -> str:
    error = result.error
    if error is None:
        return "ok"
    if isinstance(error, ExecutionError):
        return "error"
    return "died" if isinstance(error, KernelDied) else "timeout"


def _consumed(work: Path, kind: str, name: str) -> str:
    if kind == "text":
        return clean(handin.read(work, name).decode(errors="replace"), colour=False)
    if kind == "json":
        return type(handin.read_json(work, name)).__name__
    if kind in ("zip", "tar"):
        return str(sum(len(content) for _, content in handin.members(work, name)))
    raise HandInRefused(name, f"a {kind} file runs code when it is loaded; hand in JSON or text")


if sys.platform != "linux":
    raise ImportError("the isolation suite is for Linux")
