"""Look at a started sandbox from outside: what the kernel says about its process, never what the process says.

Called by the host right after the start. Whatever was asked for and is not so ends the sandbox before its first cell.
"""

from __future__ import annotations

import os

from sandbox_kernel.isolation.namespaces import NAMES
from sandbox_kernel.isolation.spec import Spec


def problems(spec: Spec, kernel: int) -> list[str]:
    """Everything about process `kernel` that is not as `spec` asked; empty when all is well."""
    if spec.level in ("none", "limits"):
        return [] if os.path.exists(f"/proc/{kernel}") else ["the process is gone"]
    try:
        status = _status(kernel)
        found = _of_status(spec, status)
        if spec.level == "jail":
            found += _of_namespaces(kernel)
        return found + _of_cgroups(spec, kernel)
    except OSError:
        return [] if _blind() and os.path.exists(f"/proc/{kernel}") else ["the process is gone"]


def _blind() -> bool:
    """Whether this process is behind a fence itself, which shows it nothing of any process, not even of its own."""
    try:
        with open("/proc/self/status", encoding="utf-8"):
            return False
    except OSError:
        return True


def _status(pid: int) -> dict[str, str]:
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return {name: value.strip() for name, _, value in (line.partition(":") for line in file)}


def _of_status(spec: Spec, status: dict[str, str]) -> list[str]:
    wanted = {"NoNewPrivs": "1", "Seccomp": "2"}
    wanted |= dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapAmb"), "0" * 16)
    if spec.level == "jail":
        wanted["CapBnd"] = "0" * 16
    found = [
        f"{name} is {status.get(name)}, not {value}" for name, value in wanted.items() if status.get(name) != value
    ]
    if spec.user >= 0 and spec.level == "jail" and set(status.get("Uid", "").split()) != {str(spec.user)}:
        found.append(f"Uid is {status.get('Uid')}, not {spec.user}")
    return found


def _of_namespaces(pid: int) -> list[str]:
    shared = [name for name in NAMES if os.readlink(f"/proc/{pid}/ns/{name}") == os.readlink(f"/proc/self/ns/{name}")]
    return [f"it shares the {name} namespace with the host" for name in shared]


def _of_cgroups(spec: Spec, pid: int) -> list[str]:
    with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:
        joined = file.read()
    return [f"it is not in the cgroup {path}" for path in spec.cgroups if os.path.basename(path) not in joined]
