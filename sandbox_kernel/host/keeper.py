"""A process of its own that keeps one sandbox for the command line: `jupyter sandbox run --keep` starts it.

It is a manager like any other, so `list`, `info`, `restart` and `destroy` find it as they find any; it ends with its
sandbox. Weighed: (a) a kernel without an owner: nobody would reap, restart or limit it; (b) a daemon for all: one more
thing to start, to watch and to trust; (c) one small owner per kept sandbox: (c).
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sandbox_kernel.errors import SandboxError, StartError
from sandbox_kernel.host.manager import SandboxManager


def start(name: str, cells: list[str], *, timeout_s: float, directory: str | None) -> dict[str, Any]:  # Any: JSON
    """Starts a keeper, waits until it has run the cells, returns the result as JSON data. StartError with its words."""
    asked = {"name": name, "cells": cells, "timeout_s": timeout_s, "directory": directory}
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox_kernel.host.keeper"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        process.stdin.close()
        line = process.stdout.readline()
    if not line:
        raise StartError("the process that should keep the sandbox ended at once", reason=process.wait())
    answer: dict[str, Any] = json.loads(line)
    if "failed" in answer:
        process.wait()
        raise StartError(answer["failed"])
    return answer


async def keep(asked: dict[str, Any]) -> None:
    """Runs the code, says how it went, and stays as long as the sandbox."""
    async with SandboxManager(restart="on_crash") as manager:
        directory = Path(asked["directory"]) if asked["directory"] else None
        sandbox = await manager.create(asked["name"], directory=directory)
        async with sandbox.events() as events:
            for cell in asked["cells"]:
                result = await sandbox.run(cell, timeout_s=asked["timeout_s"])
            _say({**result.to_json(), "name": sandbox.name, "directory": sandbox.info().directory})
            async for _ in events:
                pass


def _say(answer: dict[str, Any]) -> None:
    """One line to the command line, which then goes away: from here on there is nobody to write to."""
    os.write(1, json.dumps(answer).encode() + b"\n")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def main() -> int:
    try:
        asyncio.run(keep(json.loads(sys.stdin.readline())))
    except (SandboxError, ValueError) as error:
        _say({"failed": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
