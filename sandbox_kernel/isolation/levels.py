"""Which isolation levels this machine has, why it lacks others, and how to get them; chosen by name or as `auto`.

Called by the host. A level that was asked for by name and cannot be had is an error; `auto` takes the strongest and
says what is missing. Nothing here ever weakens a level that was chosen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sandbox_kernel.errors import StartError
from sandbox_kernel.isolation import cgroups, landlock
from sandbox_kernel.isolation.spec import LEVELS, Level

AUTO: Final = "auto"
PROMISES: Final[dict[Level, str]] = {
    "none": "nothing: the code can do all that you can do",
    "limits": "a runaway process is stopped and your tokens are not in its environment; your files are not protected",
    "fence": "your files, network and processes are out of reach; which files and processes exist can be seen",
    "jail": "your files, network and processes are out of reach and cannot be seen",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """`missing` gives the reason for each level that cannot be had, an empty text for those that can; so does `cgroups`."""

    missing: Mapping[Level, str]
    landlock: int
    cgroups: str

    @property
    def strongest(self) -> Level:
        return next(level for level in reversed(LEVELS) if not self.missing[level])


@dataclass(frozen=True, slots=True)
class Choice:
    """`reasons` say, one sentence each, what a stronger level would have needed; empty at the strongest."""

    level: Level
    reasons: tuple[str, ...] = ()


def machine() -> Machine:
    """Everything about this machine; tries out what was not tried before (0.05 s each)."""
    missing = {level: missing_for(level) for level in LEVELS}
    return Machine(missing, landlock.abi() if sys.platform == "linux" else 0, cgroups.why_not())


@cache
def missing_for(level: Level) -> str:
    """Why this machine cannot have the level, empty if it can: tried out once, in a process of its own."""
    if level == "none":
        return ""
    if sys.platform != "linux":
        return "it needs Linux"
    return str(json_of(ask_probe(level)).get(level, "trying it out failed"))


def ask_probe(*levels: Level) -> bytes:
    command = [sys.executable, "-P", "-m", "sandbox_kernel.isolation.probe", *levels]
    return subprocess.run(command, capture_output=True, timeout=30, check=False, cwd="/").stdout


def json_of(answer: bytes) -> dict[str, Any]:  # Any: JSON
    try:
        found: dict[str, Any] = json.loads(answer)  # Any: as above
    except ValueError:
        return {}
    return found


def choose(level: str = AUTO, missing: Callable[[Level], str] = missing_for) -> Choice:
    """The level to use and the reasons against stronger ones. Raises StartError if a named level cannot be had."""
    if level not in (AUTO, *LEVELS):
        raise ValueError(f"there is no isolation level '{level}'; there are {AUTO}, {', '.join(LEVELS)}")
    if level != AUTO:
        chosen = LEVELS[LEVELS.index(level)]
        if missing(chosen):
            raise StartError(
                f"isolation '{chosen}' is not available: {explain(chosen, missing)}. "
                f"Ask for '{choose(AUTO, missing).level}' or '{AUTO}' instead",
                reason="isolation",
            )
        return Choice(chosen)
    reasons: list[str] = []
    for candidate in reversed(LEVELS):
        if not missing(candidate):
            return Choice(candidate, tuple(reasons))
        reasons.append(f"isolation '{candidate}' is not available: {explain(candidate, missing)}")
    return Choice("none", tuple(reasons))


def explain(level: Level, missing: Callable[[Level], str] = missing_for) -> str:
    """Why this level cannot be had and how to get it, in one sentence."""
    why = missing(level)
    return f"{why}; {how_to_get(level)}" if why else "it is available"


def how_to_get(level: Level) -> str:
    if sys.platform != "linux":
        return "run the server on Linux, in a virtual machine or in a container"
    if level == "fence":
        return (
            "use Linux 5.13 or newer with `landlock` in /sys/kernel/security/lsm, and a container that allows seccomp"
        )
    if level != "jail":
        return "report this, for it should work on every POSIX system"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor keeps user namespaces from ordinary users: give this Python a profile with `userns,`, or set "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
        )
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return "set `sysctl kernel.unprivileged_userns_clone=1`"
    if _setting("user/max_user_namespaces") == "0":
        return "set `sysctl user.max_user_namespaces=10000`"
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        return "start the container with `--security-opt seccomp=unconfined` or a profile that allows unshare and mount"
    return "allow user namespaces on Linux 5.12 or newer, or run the server as root"


def _setting(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text(encoding="ascii").strip()
    except OSError:
        return ""
