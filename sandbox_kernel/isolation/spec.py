"""`Spec`: all that a process needs to know to isolate itself, as plain JSON over the channel it was started with."""

from __future__ import annotations

import json
import os
import random
import stat
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from sandbox_kernel.isolation.limits import PROFILES, Limits

Level = Literal["none", "limits", "fence", "jail"]
LEVELS: Final[tuple[Level, ...]] = ("none", "limits", "fence", "jail")  # from the weakest to the strongest

PRIVATE: Final = ("/tmp/", "/home/", "/dev/shm/")  # each jail has its own of these
_SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt/conda", "/nix/store")


class Spec(NamedTuple):
    """Paths are absolute and keep their names inside. `programs` are the interpreter and what is installed, shown as
    they are; `readable` and `writable` are given to this sandbox on purpose; `hidden` ones are covered again.

    `cwd` is where it starts. `home` is for what programs write to a home directory; a jail has an empty private one.
    `user` is the ordinary user that a sandbox of root runs as, -1 to stay who one is. `cgroups` are to be joined.
    """

    level: Level
    cwd: str
    programs: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    home: str = ""
    user: int = -1
    limits: Limits = PROFILES["classroom"]
    cgroups: tuple[str, ...] = ()
    memory_bounded: bool = False
    cpu_bounded: bool = False

    def to_json(self) -> bytes:
        return json.dumps({**self._asdict(), "limits": self.limits.to_json()}).encode()

    @staticmethod
    def from_json(data: bytes) -> Spec:
        raw: dict[str, Any] = json.loads(data)  # Any: JSON
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}  # Any: as above
        fields["limits"] = Limits(**raw["limits"])
        return Spec(**fields)


def kind_of(spec: Spec) -> Spec:
    """What sandboxes must have in common so that a place made ahead for one of them serves another."""
    return Spec(
        level=spec.level,
        cwd="/",
        programs=spec.programs,
        user=min(spec.user, 0),
        limits=spec.limits,
        memory_bounded=spec.memory_bounded,
        cpu_bounded=spec.cpu_bounded,
    )


def can_come_later(spec: Spec) -> bool:
    """Whether this sandbox can move into a jail that was made ahead (see `isolation.ahead`): the folder that holds its
    directory shows nothing else, or is one of those that every jail may write to below."""
    if spec.level != "jail" or len(spec.writable) != 1:
        return False
    return all(_is_apart(path, spec) for path in {spec.writable[0], os.path.realpath(spec.writable[0])})


def _is_apart(path: str, spec: Spec) -> bool:
    if path.startswith(PRIVATE):
        return True
    parent = os.path.dirname(path)
    shown = (*system_paths(), *spec.programs, *spec.readable, *map(os.path.realpath, spec.readable))
    beside = any(parent == other or parent.startswith(f"{other}/") or other.startswith(f"{parent}/") for other in shown)
    return parent != "/" and parent.count("/") > 0 and (parent in spec.hidden or not beside)


_ASK_PATHS: Final = """
import json, os, sys, sysconfig
import sandbox_kernel
found = [sys.prefix, sys.base_prefix, sys.exec_prefix, sysconfig.get_path("stdlib"), *filter(None, sys.path)]
found += [os.path.dirname(sandbox_kernel.__file__)]
for finder in sys.meta_path:  # editable installs of setuptools keep their places in a module of their own
    mapping = getattr(sys.modules.get(getattr(finder, "__module__", "")), "MAPPING", None)
    found += [str(path) for path in mapping.values()] if isinstance(mapping, dict) else []
"""


@cache
def python_paths(python: str = sys.executable) -> tuple[str, ...]:
    """What this interpreter and its installed packages need to be readable, and nothing of the user's home beside it.

    The interpreter is asked once per process, from a neutral place: what this process itself added to its path is its
    own affair. Raises OSError for one that has no sandbox_kernel installed.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    asked = subprocess.run(
        [python, "-P", "-c", f"{_ASK_PATHS}print(json.dumps(found))"],
        capture_output=True,
        cwd="/",
        env=clean,
        check=False,
    )
    if asked.returncode:
        raise OSError(f"{python} could not load sandbox_kernel; install it there, or choose isolation 'none'")
    return _shown(json.loads(asked.stdout))


def own_paths() -> tuple[str, ...]:
    """The same for this very process, which must have been started cleanly (`-I`); nothing is started for it."""
    names: dict[str, Any] = {}  # Any: a namespace
    exec(_ASK_PATHS, names)
    return _shown(names["found"])


def _shown(places: Iterable[str]) -> tuple[str, ...]:
    whole = {path for name in places for path in (os.path.abspath(name), os.path.realpath(name))}
    fitting = sorted(path for path in whole if os.path.isdir(path) and not is_too_wide(path))
    return tuple(_outermost(fitting))


def system_paths() -> tuple[str, ...]:
    return tuple(path for path in _SYSTEM if os.path.isdir(path))


def is_too_wide(path: str) -> bool:
    """Whether showing this directory would show the user's whole home, or the whole machine."""
    path = os.path.realpath(path)
    protected = {os.path.realpath(os.path.expanduser("~")), "/home", "/root", "/etc", "/var", "/tmp", "/run", "/proc"}
    return any(os.path.commonpath([path, area]) == path for area in protected)


def _outermost(paths: Iterable[str]) -> list[str]:
    found: list[str] = []
    for path in sorted(paths):
        if not any(path == outer or path.startswith(outer + "/") for outer in found):
            found.append(path)
    return found


def closed_to_others(paths: Iterable[str]) -> str:
    """The first of these that an ordinary user could not enter or read, or an empty string."""
    for path in paths:
        mode = os.stat(path).st_mode
        needed = 0o005 if stat.S_ISDIR(mode) else 0o004
        if mode & needed != needed:
            return path
    return ""


def sandbox_user(programs: Iterable[str]) -> int:
    """The ordinary user that root's next sandbox runs as, a different one each time; -1 when that cannot be.

    It cannot be for an ordinary user, where the interpreter is closed to others, and where few users are mapped.
    """
    if os.geteuid() != 0 or closed_to_others((*programs, sys.executable, os.__file__)):
        return -1
    for first, count in ((2_000_000_000, 1 << 20), (60_000, 4_000)):
        user = first + random.SystemRandom().randrange(count)
        if _is_mapped(user):
            return user
    return -1


def _is_mapped(user: int) -> bool:
    with open("/proc/self/uid_map", encoding="ascii") as file:
        rows = [[int(word) for word in line.split()] for line in file]
    return any(first <= user < first + count for first, _, count in rows)
