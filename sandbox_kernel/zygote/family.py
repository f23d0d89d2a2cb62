"""Which kernels may come from the same zygote: everything that a fork takes over and cannot change afterwards.

Two hosts with the same family share one zygote; whoever differs in the interpreter, its options, the installed
packages, the environment that imports read, or the surroundings that a child inherits (limits, namespaces, control
group) gets another. Weighed: (a) one zygote that sets all of this right after the fork: some of it cannot be set by an
ordinary user, and a forgotten one leaks; (b) a zygote per server: nothing is shared; (c) a family as a digest: (c).
"""

from __future__ import annotations

import functools
import hashlib
import os
import site
import sys
import sysconfig
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":  # the stamp serves everywhere, families only where there is a zygote
    import resource

# What imports and the interpreter read: it is in the family. PATH and the like are replaced after the fork.
_READ_BY_IMPORTS = (
    "PYTHON", "LD_", "LC_", "LANG", "MALLOC_", "GLIBC_", "OMP_", "OPENBLAS_", "MKL_", "IPYTHON", "JUPYTER_CONFIG",
    "JUPYTER_PATH", "JUPYTER_PLATFORM", "JUPYTER_PREFER", "JUPYTER_NO_CONFIG", "MPLCONFIG", "PYDEVD_",
)  # fmt: skip
ABOUT_ZYGOTES = ("SANDBOX_KERNEL_PRELOAD", "SANDBOX_KERNEL_IDLE_S", "SANDBOX_KERNEL_PARKED")
_READ_EXACTLY = ("HOME", "USER", "VIRTUAL_ENV", "CONDA_PREFIX", *ABOUT_ZYGOTES)
_NEEDED_TO_START = ("PATH", "TMPDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "XDG_RUNTIME_DIR", "XDG_DATA_HOME")
_NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
SOURCES_S = 1.0
_ROOMS_AHEAD = ("isolation", "reload", "runtime", "supervision", "versions", "zygote")  # a zygote has read them
_ALSO_AHEAD = ("host/magics.py",)
_CONFIGURATION = ("ipython_config.py", "ipython_config.json", "ipython_kernel_config.py", "ipython_kernel_config.json")


@dataclass(frozen=True, slots=True)
class Family:
    """`arguments` are those of the kernel's application, without the connection file."""

    python: str
    flags: tuple[str, ...]
    arguments: tuple[str, ...]
    environ: tuple[tuple[str, str], ...]
    surroundings: tuple[str, ...]
    stamp: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def family_of(
    python: str, flags: Iterable[str], arguments: Iterable[str], environ: Mapping[str, str], stamp: str
) -> Family:
    """`environ` is the zygote's own, see `zygote_environ`."""
    shared = tuple(sorted((name, value) for name, value in environ.items() if _is_read_by_imports(name)))
    return Family(python, tuple(flags), tuple(arguments), shared, surroundings(), stamp)


def zygote_environ(environ: Mapping[str, str], home: str, nowhere: Path) -> dict[str, str]:
    """What the zygote itself is given: every kernel can read the first environment of its ancestor, so no secrets.

    A kernel whose home is not `home` (the user's) is isolated and has one of its own: its zygote has none, so that all of
    them can share it, and what it must write to a home goes to `nowhere`.
    """
    shared = {name: value for name, value in environ.items() if _is_read_by_imports(name) or name in _NEEDED_TO_START}
    if shared.get("HOME") != home:
        shared |= {"HOME": str(nowhere), "IPYTHONDIR": str(nowhere / "ipython"), "USER": "sandbox"}
        shared.pop("TMPDIR", None)
    return shared


def surroundings() -> tuple[str, ...]:
    """What a child inherits from this process."""
    limits = [f"{name}={_limit(number)}" for name, number in _limits()]
    own = Path("/proc/self")
    status = (own / "status").read_text()
    umask = next((line for line in status.splitlines() if line.startswith("Umask")), "")
    namespaces = [os.readlink(own / "ns" / name) for name in _NAMESPACES if (own / "ns" / name).is_symlink()]
    return (str(os.getuid()), str(os.getgid()), umask, (own / "cgroup").read_text(), *namespaces, *limits)


def _limit(number: int) -> tuple[int, ...]:
    """Of open files the hard limit alone: a host of many sandboxes raises its own soft one."""
    limits = resource.getrlimit(number)
    return limits[1:] if number == resource.RLIMIT_NOFILE else limits


def _limits() -> list[tuple[str, int]]:
    return sorted((name, getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_"))


def stamp_of_packages(environ: Mapping[str, str]) -> str:
    """Changes when packages are installed, upgraded or removed, when this package's sources or the user's kernel
    configuration change. Every file of every package would take 30 ms to look at; an installer always changes the
    directory. Our own sources are looked at once a second."""
    facts = [f"{sys.version}:{_mtime(sys.executable)}"]
    places = set(_places())
    home = environ.get("HOME", "/")
    base = environ.get("PYTHONUSERBASE") or f"{home}/.local"
    places.add(f"{base}/lib/python{sysconfig.get_python_version()}/site-packages")
    facts += [f"{place}:{_mtime(place)}" for place in sorted(filter(None, places))]
    facts.append(_stamp_of_sources(int(time.monotonic() / SOURCES_S)))
    profile = Path(environ.get("IPYTHONDIR") or Path(home, ".ipython")) / "profile_default"
    facts += [f"{name}:{_mtime(profile / name)}" for name in _CONFIGURATION]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogateescape")).hexdigest()[:24]


@functools.cache
def _places() -> tuple[str, ...]:
    return (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages())


@functools.lru_cache(maxsize=1)
def _stamp_of_sources(_: int) -> str:
    package = Path(__file__).parent.parent
    files = [Path(entry.path) for entry in os.scandir(package) if entry.is_file()]
    sources = sorted(_facts(path, path.stat()) for path in (*files, *(package / name for name in _ALSO_AHEAD)))
    for room in _ROOMS_AHEAD:
        sources += sorted(_sources(package / room))
    return hashlib.sha256("\n".join(sources).encode("utf-8", "surrogateescape")).hexdigest()


def _sources(directory: Path) -> Iterable[str]:
    for entry in os.scandir(directory):
        if entry.is_dir():
            if entry.name not in ("__pycache__", "static", "share"):
                yield from _sources(Path(entry.path))
        elif entry.name.endswith(".py"):
            yield _facts(entry.path, entry.stat())


def _facts(path: str | Path, status: os.stat_result) -> str:
    return f"{path}:{status.st_mtime_ns}:{status.st_size}"


def _mtime(path: str | Path) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _is_read_by_imports(name: str) -> bool:
    return name.startswith(_READ_BY_IMPORTS) or name in _READ_EXACTLY
