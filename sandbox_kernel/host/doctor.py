"""What this machine has for sandboxes, what each missing piece costs, and how to get it. Asks, changes nothing.

Called by `jupyter sandbox doctor`. Each probe is a function that returns a Finding and never raises; what a probe tries
out that could change this process (namespaces) it tries in a short-lived child.
"""

from __future__ import annotations

import asyncio
import ctypes
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from sandbox_kernel.errors import SandboxError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "firefox")
LANDLOCK_CREATE_RULESET = 444
LANDLOCK_ASK_VERSION = 1
UNSHARE_USER = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
sys.exit(0 if libc.unshare(0x10000000) == 0 else ctypes.get_errno() or 1)
"""


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
    """Every finding, what is needed first; `start` also starts a sandbox and times it."""
    return [probe() for probe in (*PROBES, *((started,) if start else ()))]


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


def user_namespaces() -> Finding:
    cost = "isolation level 'jail' is out of reach; 'fence' is the strongest"
    if sys.platform != "linux":
        return _missing("user namespaces", "not on this system", cost, "run under Linux or in a Linux container")
    code = subprocess.run([sys.executable, "-I", "-S", "-c", UNSHARE_USER], timeout=30, check=False).returncode
    if code == 0:
        return Finding("user namespaces", True, "may be made")
    return _missing(
        "user namespaces", f"refused ({os.strerror(code)})", cost,
        "sysctl kernel.unprivileged_userns_clone=1, or user.max_user_namespaces above 0; Ubuntu 24.04: "
        "kernel.apparmor_restrict_unprivileged_userns=0; Docker: a seccomp profile that allows unshare",
    )  # fmt: skip


def landlock() -> Finding:
    cost = "files are fenced off by namespaces alone, and isolation level 'fence' is out of reach"
    if sys.platform != "linux":
        return _missing("landlock", "not on this system", cost, "run under Linux 5.13 or newer")
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(LANDLOCK_ASK_VERSION))
    if abi > 0:
        return Finding("landlock", True, f"ABI {abi}")
    why = os.strerror(ctypes.get_errno())
    return _missing(
        "landlock", f"refused ({why})", cost, "Linux 5.13 or newer with lsm=landlock,... on its command line"
    )


def cgroups() -> Finding:
    cost = "memory and CPU are limited per process and by a watchdog, not for a whole sandbox at once"
    fix = "start Jupyter under systemd with Delegate=yes (systemd-run --user --scope -p Delegate=yes jupyter lab)"
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return _missing("cgroups", "none", cost, "run under Linux")
    own = next((line.split(":", 2)[2] for line in lines if line.startswith("0::")), None)
    if own is None:
        return _missing("cgroups", "version 1", cost, "boot with systemd.unified_cgroup_hierarchy=1, then: " + fix)
    group = Path("/sys/fs/cgroup") / own.lstrip("/")
    if os.access(group / "cgroup.procs", os.W_OK) and os.access(group, os.W_OK):
        return Finding("cgroups", True, f"version 2, writable at {group}")
    return _missing("cgroups", "version 2, not delegated to this user", cost, fix)


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
    python, kernelspec, provisioner, jupyterlab, notebook, voila, browser, exit_notice, user_namespaces, landlock, cgroups,
)  # fmt: skip
