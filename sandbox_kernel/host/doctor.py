"""What this machine has for sandboxes, what each missing piece costs, and how to get it. Asks, changes nothing.

Called by `jupyter sandbox doctor`. Each probe is a function that returns a Finding and never raises; what a probe tries
out that could change this process (namespaces) it tries in a short-lived child.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from jupyter_client.kernelspec import KernelSpecManager

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.isolation import levels

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "firefox")


@dataclass(frozen=True, slots=True)
class Finding:
    """`needed`: without it no sandbox starts. `cost` says what is missing then, `fix` how to get it; empty when ok."""

    name: str
    ok: bool
    found: str
    needed: bool = False
    cost: str = ""
    fix: str = ""


def examine(*, start: bool = True) -> list[Finding]:
    """Every finding; `start` also starts a sandbox and times it."""
    return [*(probe() for probe in PROBES), *isolation(), *([started()] if start else [])]


def python() -> Finding:
    version = platform.python_version()
    if version.startswith("3.11."):
        return Finding("python", True, f"{version} ({sys.executable}); 3.12 or newer needs half the memory per sandbox")
    return Finding("python", True, f"{version} ({sys.executable})")


def kernelspec() -> Finding:
    try:
        found = KernelSpecManager().find_kernel_specs().get("sandbox")
    except OSError as error:
        found = None
        return _missing("kernelspec", str(error), "Jupyter does not offer 'Sandbox (Python)'", "check JUPYTER_PATH")
    if found:
        return Finding("kernelspec", True, found, needed=True)
    return Finding(
        "kernelspec", False, "Jupyter sees no kernel named 'sandbox'", needed=True,
        cost="front ends do not offer 'Sandbox (Python)'; the host API still works",
        fix=f"{sys.executable} -m pip install --force-reinstall --no-deps sandbox-kernel, in Jupyter's own environment",
    )  # fmt: skip


def provisioner() -> Finding:
    found = [
        point.value
        for point in importlib.metadata.entry_points(group="jupyter_client.kernel_provisioners")
        if point.name == "sandbox-provisioner"
    ]
    if found:
        return Finding("provisioner", True, found[0], needed=True)
    return Finding(
        "provisioner", False, "the entry point 'sandbox-provisioner' is not installed", needed=True,
        cost="no sandbox starts", fix=f"{sys.executable} -m pip install sandbox-kernel",
    )  # fmt: skip


def _package(name: str, cost: str, fix: str) -> Finding:
    try:
        return Finding(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return _missing(name, "not installed", cost, fix)


def jupyterlab() -> Finding:
    return _package("jupyterlab", "no JupyterLab", "pip install 'sandbox-kernel[lab]'")


def notebook() -> Finding:
    return _package("notebook", "no Notebook 7", "pip install 'sandbox-kernel[lab]'")


def voila() -> Finding:
    return _package("voila", "notebooks cannot be shown as pages", "pip install voila")


def browser() -> Finding:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found or sys.platform in ("darwin", "win32"):
        return Finding("browser", True, found or "the system's own")
    cost = "pages must be opened elsewhere, and the project's browser tests are skipped"
    return _missing("browser", "none found on PATH", cost, "on Debian or Ubuntu: apt-get install chromium")


def exit_notice() -> Finding:
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return _missing("exit notice", "no pidfd", "a crash is noticed after 50 ms instead of at once", "Linux 5.3")
    return Finding("exit notice", True, "pidfd")


def isolation() -> list[Finding]:
    """Each level, entered for real in a process of its own, and what the levels are made of."""
    here = levels.machine()
    findings = []
    for level in (level for level in levels.PROMISES if level != "none"):
        if here.missing[level]:
            lost = f"the level that holds this cannot be had: {levels.PROMISES[level]}"
            findings.append(_missing(f"isolation {level}", here.missing[level], lost, levels.how_to_get(level)))
        else:
            mark = " (the strongest here, used by 'auto')" if level == here.strongest else ""
            findings.append(Finding(f"isolation {level}", True, levels.PROMISES[level] + mark))
    landlock = Finding("landlock", bool(here.landlock), f"ABI {here.landlock}")
    if not here.landlock:
        landlock = _missing("landlock", "none", "level 'fence' cannot be had", levels.how_to_get("fence"))
    return [*findings, landlock, cgroups(here.cgroups)]


def cgroups(why_not: str) -> Finding:
    if not why_not:
        return Finding("cgroups", True, "writable")
    cost = "memory and CPU are limited per process and by a watchdog, not for a whole sandbox at once"
    fix = "start Jupyter under systemd with Delegate=yes: systemd-run --user --scope -p Delegate=yes jupyter lab"
    return _missing("cgroups", why_not, cost, fix)


def started() -> Finding:
    """A real sandbox: the one probe that proves that all the others add up."""
    began = time.monotonic()
    try:
        answer = asyncio.run(_start_one())
    except (SandboxError, OSError) as error:
        return Finding("sandbox", False, str(error), needed=True, cost="no sandbox starts", fix="see what it printed")
    return Finding("sandbox", answer == "2", f"started, ran and ended in {time.monotonic() - began:.1f} s", needed=True)


async def _start_one() -> str:
    from sandbox_kernel.host.manager import SandboxManager  # loads zmq, which no other probe needs

    async with SandboxManager() as manager:
        sandbox = await manager.create("doctor", timeout_s=60)
        return (await sandbox.run("1 + 1")).text


def _missing(name: str, found: str, cost: str, fix: str) -> Finding:
    return Finding(name, False, found, cost=cost, fix=fix)


PROBES: tuple[Callable[[], Finding], ...] = (
    python, kernelspec, provisioner, jupyterlab, notebook, voila, browser, exit_notice,
)  # fmt: skip
