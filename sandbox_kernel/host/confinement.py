"""The isolation of one kernel, restarts included: which level and limits were asked for, and a start that keeps to them.

Called by the provisioner alone. `SANDBOX_KERNEL_ISOLATION`, `SANDBOX_KERNEL_LIMITS`, `SANDBOX_KERNEL_PROFILE` and
`SANDBOX_KERNEL_KEEP_VERSIONS` in the environment that the kernel is started with come first, then
`metadata.sandbox_kernel` of the kernelspec, then the default: `auto` with the `classroom` limits, no rules and every
version kept. `SANDBOX_KERNEL_READABLE` names more paths to show, `SANDBOX_KERNEL_ENV` more variables to pass.

Weighed for the notebook's own directory, where `cwd` is: (a) writable, as without a sandbox: then one notebook's code
rewrites another's, and the other sandboxes beside it; (b) out of sight: then `open("data.csv")` fails in every course;
(c) readable, the other sandboxes under it covered, and only the sandbox's own directory writable: (c). A home directory
is never shown as a whole, so a notebook that lies directly in it sees no files there; `notes` says so.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec

from sandbox_kernel.errors import StartError
from sandbox_kernel.host import scratch
from sandbox_kernel.host.removal import remove_tree
from sandbox_kernel.host.throttle import Throttle
from sandbox_kernel.host.usage import Usage, exact_memory
from sandbox_kernel.host.watchdog import WATCHDOG, Exceeded, Watched, exceeded
from sandbox_kernel.isolation import cgroups
from sandbox_kernel.isolation.levels import AUTO, Choice, choose
from sandbox_kernel.isolation.limits import MIB, Limits, limits_from
from sandbox_kernel.isolation.spec import LEVELS, Spec, can_come_later, is_too_wide, kind_of, python_paths, sandbox_user
from sandbox_kernel.isolation.start import Start, Started, interpreter_of
from sandbox_kernel.versions.artifact import CompileLimits
from sandbox_kernel.versions.profile import Profile, profile_from
from sandbox_kernel.versions.settings import Settings

LEVEL = "SANDBOX_KERNEL_ISOLATION"
LIMITS = "SANDBOX_KERNEL_LIMITS"
PASSED = "SANDBOX_KERNEL_ENV"
READABLE = "SANDBOX_KERNEL_READABLE"
PROFILE = "SANDBOX_KERNEL_PROFILE"
KEEP_VERSIONS = "SANDBOX_KERNEL_KEEP_VERSIONS"
SETTINGS = (LEVEL, LIMITS, PASSED, READABLE, PROFILE, KEEP_VERSIONS)
SANDBOXES = "sandboxes"

_ALLOWED = frozenset(
    """
    PATH LANG LANGUAGE TZ TERM COLUMNS LINES VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV MPLBACKEND NBGRADER_EXECUTION
    PYTHONPATH PYTHONHASHSEED PYTHONUTF8 PYTHONIOENCODING PYTHONWARNINGS PYTHONDONTWRITEBYTECODE PYTHONUNBUFFERED
    PYTHONFAULTHANDLER PYDEVD_DISABLE_FILE_VALIDATION OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
    NUMEXPR_NUM_THREADS JPY_SESSION_NAME SCRIPT_NAME PATH_INFO QUERY_STRING SERVER_SOFTWARE SERVER_PROTOCOL SERVER_PORT
    SERVER_NAME VOILA_BASE_URL VOILA_SERVER_URL VOILA_REQUEST_URL VOILA_APP_IP VOILA_APP_PORT VOILA_APP_PROTOCOL
    VOILA_PREHEAT SANDBOX_KERNEL_DIR SANDBOX_KERNEL_NAME SANDBOX_KERNEL_SEED COVERAGE_PROCESS_START
    """.split()  # noqa: SIM905 a table of sixty words reads better as words
)


@dataclass
class Confinement:
    """`started` is set while a kernel runs at a level that has a keeper; `ended_by` when a limit ended it."""

    choice: Choice
    limits: Limits
    started: Started | None = None
    ended_by: Exceeded | None = None
    notes: list[str] = field(default_factory=list)
    shown: tuple[str, ...] = ()
    profile: Profile = field(default_factory=Profile)
    keep_versions: int = 0
    _base: Path | None = None
    _cgroup: cgroups.Cgroup | None = None
    _watched: Watched | None = None

    @property
    def level(self) -> str:
        return self.choice.level

    @property
    def verdict(self) -> str:
        """Which limit ended the kernel, as a sentence; empty when none did."""
        return self.ended_by.sentence if self.ended_by else ""

    @property
    def is_closed(self) -> bool:
        """Whether the kernel can reach nothing but what it was given, so that its sockets must be files."""
        return self.level in ("fence", "jail")

    # -- before a start -----------------------------------------------------------------------------------------

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The part of the environment that the kernel may see; no token, key or address of another is in it."""
        if self.level == "none":
            return {name: value for name, value in given.items() if name not in SETTINGS}
        more = given.get(PASSED, "").replace(",", " ").split()
        kept = {name: value for name, value in given.items() if name in _ALLOWED or name.startswith("LC_")}
        kept |= {name: given[name] for name in more if name in given}
        home = {"jail": "/home/sandbox", "fence": str(self.base / "home")}.get(self.level, given.get("HOME", "/"))
        kept |= {"HOME": home, "IPYTHONDIR": f"{home}/.ipython", "SHELL": "/bin/sh", "JPY_PARENT_PID": "0"}
        if self.is_closed:
            kept |= {
                "USER": "sandbox",
                "LOGNAME": "sandbox",
                "TMPDIR": "/tmp" if self.level == "jail" else f"{home}/tmp",
            }
        return kept

    def versions(self) -> Settings:
        """How the kernel compiles and what it keeps: within the limits that hold for all of it."""
        return Settings(compile_limits(self.limits), self.profile, self.keep_versions)

    @property
    def base(self) -> Path:
        """A directory outside the sandbox's own for its sockets and, in a fence, its home; gone with `close`."""
        if self._base is None:
            self._base = scratch.make("sk-")
            for name in ("s",) if self.level == "jail" else ("s", "home", "home/tmp"):  # a jail has a home in memory
                (self._base / name).mkdir(mode=0o700)
        return self._base

    @property
    def socket_prefix(self) -> str:
        return str(self.base / "s" / "k")

    def spec(self, argv: Sequence[str], env: Mapping[str, str], directory: Path, cwd: Path, connection: str) -> Spec:
        programs = (*python_paths(interpreter_of(argv)), *_python_path(env))
        readable = [*filter(None, [connection]), *self.shown]
        if cwd != directory and not is_too_wide(str(cwd)):
            readable.append(str(cwd))
        elif cwd != directory:
            self.notes.append(
                f"the files in {cwd} are not shown to the sandbox; put the notebook in a folder of its own"
            )
        joined = self._cgroup
        return Spec(
            level=self.choice.level,
            cwd=str(cwd),
            programs=programs,
            readable=tuple(readable),
            writable=(str(directory), str(self.base / "s")),
            hidden=(str(cwd / SANDBOXES),) if directory.parent == cwd / SANDBOXES else (),
            home=str(self.base / "home"),
            user=sandbox_user(programs),
            limits=self.limits,
            cgroups=tuple(joined.paths.values()) if joined else (),
            memory_bounded=joined is not None and joined.bounds_memory,
            cpu_bounded=joined is not None and joined.bounds_cpu,
        )

    def join_cgroup(self) -> None:
        """Make a cgroup for the next start where one can be made."""
        self.leave()
        self._cgroup = cgroups.create(self.limits)

    def begin_parked(
        self, argv: Sequence[str], env: Mapping[str, str], directory: Path, cwd: Path, connection: str
    ) -> Start | None:
        """As `begin`, for a kernel that waits in a jail already; None where this sandbox can take none."""
        if self.level != "jail" or is_too_wide(str(directory.absolute())):
            return None
        self.leave()
        self.ended_by = None
        self.notes.clear()
        spec = self._as_parked(self.spec(argv, env, directory.absolute(), cwd.absolute(), connection))
        return Start(spec) if can_come_later(spec) else None

    def kind(self, argv: Sequence[str], env: Mapping[str, str]) -> Spec:
        """What the kernels of these settings have in common."""
        return kind_of(self._as_parked(self.spec(argv, env, Path("/"), Path("/"), "")))

    def _as_parked(self, spec: Spec) -> Spec:
        """Its sockets come as descriptors; its control group is made when it is parked."""
        memory_bounded, cpu_bounded = cgroups.prospect()
        return spec._replace(writable=spec.writable[:1], memory_bounded=memory_bounded, cpu_bounded=cpu_bounded)

    def adopt_cgroup(self, paths: Mapping[str, str]) -> None:
        """The one that a parked kernel came with."""
        self._cgroup = cgroups.Cgroup(dict(paths)) if paths else None

    def begin(self, argv: Sequence[str], env: Mapping[str, str], directory: Path, cwd: Path, connection: str) -> Start:
        """Prepares a start; `finish` of what it gives must follow."""
        if self.is_closed and is_too_wide(str(directory.absolute())):
            raise StartError(f"{directory} cannot be a sandbox's directory, for all in it is in reach; choose another")
        self.ended_by = None
        self.notes.clear()
        self.join_cgroup()
        return Start(self.spec(argv, env, directory.absolute(), cwd.absolute(), connection))

    # -- while it runs ------------------------------------------------------------------------------------------

    def watch(
        self,
        started: Started,
        directory: Path,
        on_limit: Callable[[Exceeded], None],
        on_usage: Callable[[Usage], None] | None = None,
    ) -> None:
        """From now on the limits of the whole sandbox hold; both are called in the watchdog's thread."""
        self.started = started

        def told(exceeded: Exceeded) -> None:
            self.ended_by = exceeded
            on_limit(exceeded)

        counted = (str(directory), str(self.base / "home")) if self.level != "jail" else (str(directory),)
        held = not self.limits.cpus or started.spec.cpu_bounded
        throttle = None if held else Throttle(self.limits.cpus)
        self._watched = Watched(
            started.keeper, started.kernel, self.limits, counted, told,
            on_notice=on_limit, on_usage=on_usage, cgroup=self._cgroup, throttle=throttle,
        )  # fmt: skip
        WATCHDOG.watch(self._watched)

    def look_why(self, status: int) -> None:
        """The process has ended with this exit status: sets `ended_by` also where the system itself held a limit."""
        if self.ended_by is not None:
            return
        if status == -signal.SIGKILL and self._cgroup is not None and self._cgroup.out_of_memory_kills():
            self.ended_by = exceeded("memory_mb", self.limits)
        elif status == -signal.SIGXCPU and self.limits.cpu_seconds:
            self.ended_by = exceeded("cpu_seconds", self.limits)

    def usage(self, *, exact: bool = False) -> Usage:
        """What the sandbox uses, as the watchdog saw it last; all zero while none runs. The watchdog counts memory that
        processes share for each of them while that is far below the limit; `exact` takes the time to look."""
        if self._watched is None:
            return Usage()
        last, pids = self._watched.last, self._watched.pids
        return replace(last, memory_bytes=exact_memory(pids) or last.memory_bytes) if exact else last

    # -- after an end -------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """The kernel has ended: nothing of it may be left."""
        if self._watched is not None:
            WATCHDOG.forget(self._watched)
            self._watched = None
        if self.started is not None:
            self.started.close()
            self.started = None
        if self._cgroup is not None:
            self._cgroup.destroy()
            self._cgroup = None

    def close(self) -> None:
        """No start follows."""
        self.leave()
        if self._base is not None:
            remove_tree(self._base)
            self._base = None


def confinement_for(env: Mapping[str, str], spec: KernelSpec | None) -> Confinement:
    """What was asked for. StartError for a level that cannot be had and for limits that make no sense."""
    told: dict[str, Any] = {}  # Any: JSON
    if spec is not None and isinstance(asked := spec.metadata.get("sandbox_kernel"), dict):
        told = asked
    level = env.get(LEVEL) or str(told.get("isolation", AUTO))
    try:
        limits = limits_from(_parsed(env[LIMITS]) if env.get(LIMITS) else told.get("limits"))
        shown = tuple(os.path.abspath(path) for path in env.get(READABLE, "").split(os.pathsep) if path)
        profile = profile_from(env.get(PROFILE) or told.get("profile"))
        kept = _whole(env.get(KEEP_VERSIONS) or told.get("keep_versions", 0))
        found = Confinement(choose(level), limits, shown=shown, profile=profile, keep_versions=kept)
        found.versions()  # what is wrong with them is said before anything is started
        return found
    except (ValueError, TypeError) as error:
        raise StartError(f"the settings of this sandbox are not understood: {error}", reason="isolation") from None


def settings_for(
    isolation: str = "",
    limits: Limits | str | Mapping[str, Any] | None = None,  # Any: JSON
    readable: Iterable[str | os.PathLike[str]] = (),
    *,
    profile: Profile | str | Mapping[str, Any] | None = None,  # Any: as above
    keep_versions: int | None = None,
) -> dict[str, str]:
    """The same as `confinement_for` reads, for whoever starts a kernel; ValueError and TypeError for misuse."""
    if isolation not in ("", AUTO, *LEVELS):
        raise ValueError(f"there is no isolation level '{isolation}'; there are {AUTO}, {', '.join(LEVELS)}")
    settings = {LEVEL: isolation} if isolation else {}
    if limits is not None:
        settings[LIMITS] = json.dumps(limits_from(limits).to_json())
    if profile is not None:
        settings[PROFILE] = json.dumps(profile_from(profile).to_json())
    if keep_versions is not None:
        settings[KEEP_VERSIONS] = str(Settings(keep_versions=keep_versions).keep_versions)
    paths = [os.path.abspath(os.path.expanduser(path)) for path in readable]
    return settings | ({READABLE: os.pathsep.join(paths)} if paths else {})


def compile_limits(limits: Limits) -> CompileLimits:
    """What one compilation with its trial import may use: as much as the whole sandbox, and never without any bound.

    Where the sandbox has no limit a trial has a wide one: it is there to end what runs away.
    """
    usual = CompileLimits()
    return CompileLimits(
        wall_s=min(usual.wall_s, limits.cell_seconds or usual.wall_s),
        cpu_s=limits.cpu_seconds,
        memory_mb=limits.memory_mb or 4 * usual.memory_mb,
        file_mb=limits.file_mb or 512,
        open_files=limits.open_files or 1024,
        processes=limits.processes or 256,
        output_bytes=min(usual.output_bytes, limits.output_mb * MIB or usual.output_bytes),
    )


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError(f"{KEEP_VERSIONS} is {value!r}; give a whole number, where 0 keeps all versions") from None


def _parsed(text: str) -> Any:  # Any: JSON
    if not text.lstrip().startswith("{"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{LIMITS} is no JSON ({error}); give the name of a profile or an object of limits") from None


def _python_path(env: Mapping[str, str]) -> list[str]:
    entries = [os.path.abspath(entry) for entry in env.get("PYTHONPATH", "").split(os.pathsep) if entry]
    return [entry for entry in entries if os.path.isdir(entry) and not is_too_wide(entry)]
