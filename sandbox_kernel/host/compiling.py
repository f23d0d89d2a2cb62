"""Compiles texts, files and directories for a host program: in a worker at an isolation level, never in the host.

Used by `SandboxManager` and `jupyter sandbox compile`. Nothing goes live here, and no kernel is started. The directory is
shown to the worker read only; what a trial import writes goes to a directory that is thrown away.

Weighed for where the level is entered: (a) in each child of a plain worker: a jail costs its namespaces and its view for
every request, and the worker, which reads what children write, would be outside; (b) the worker as a whole is started into
the level, as a kernel is, and its children are born inside: one entry for many requests. (b).
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandbox_kernel.errors import StartError
from sandbox_kernel.host.confinement import Confinement, compile_limits, confinement_for
from sandbox_kernel.host.removal import remove_tree
from sandbox_kernel.isolation.start import Started
from sandbox_kernel.versions.artifact import CompileReport
from sandbox_kernel.versions.cache import ArtifactCache
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.launching import Ends, freshly, started
from sandbox_kernel.versions.project import compile_file, compile_project

WORKER = [sys.executable, "-X", "utf8", "-m", "sandbox_kernel.versions.compile_worker"]


class ConfinedWorker:
    """Starts compile workers at a level; to be given to a `Compiler` as `launch`. `close` when that is closed."""

    def __init__(self, confinement: Confinement, directory: Path) -> None:
        self._confinement, self._directory = confinement, directory
        self._scratch = tempfile.mkdtemp(prefix="sk-compile-")

    def __call__(self, environment: Mapping[str, str]) -> Ends:
        scratch = Path(self._scratch)
        kept = {**self._confinement.environment(environment), "PWD": str(self._directory)}
        with self._confinement.begin(WORKER, kept, scratch, self._directory, "") as start:
            ends = started(start.command(WORKER), kept, inherited=start.inherited)
            try:
                inside = start.finish(ends.pid)
            except StartError:
                _give_up(ends)
                raise
        self._confinement.watch(inside, scratch, lambda exceeded: None)
        return Ends(ends.pid, ends.requests, ends.answers, lambda: self._ended(ends, inside))

    def _ended(self, ends: Ends, inside: Started) -> None:
        inside.close()  # the keeper ends with its channel, and takes everything with it
        ends.wait()

    def close(self) -> None:
        self._confinement.close()
        remove_tree(Path(self._scratch))


@contextlib.contextmanager
def confined_compiler(
    directory: Path, settings: Mapping[str, str], cache: ArtifactCache | None = None
) -> Iterator[tuple[Compiler, str]]:
    """A compiler for the modules of a directory and the level that it works at. StartError when that cannot be had.

    `settings` are those of `confinement.settings_for`.
    """
    confinement = confinement_for({**os.environ, **settings}, None)
    worker = ConfinedWorker(confinement, directory) if confinement.level != "none" else None
    compiler = Compiler(
        search_path=[str(directory)],
        limits=compile_limits(confinement.limits),
        profile=confinement.profile,
        cache=cache,
        environment=None if worker else confinement.environment(os.environ),
        launch=worker or freshly,
    )
    try:
        with compiler:
            yield compiler, confinement.level
    finally:
        if worker is not None:
            worker.close()
        else:
            confinement.close()


def compile_path(
    path: Path,
    settings: Mapping[str, str],
    *,
    trial_import: bool = True,
    timeout_s: float = 60.0,
    cache: str | Path | None = None,
) -> tuple[CompileReport, str]:
    """A file or every module below a directory; the report and the level it was made at. ValueError for neither."""
    path = path.absolute()
    if not path.exists():
        raise ValueError(f"there is no {path}; give a Python file or a directory of modules")
    directory = path if path.is_dir() else path.parent
    home = directory / ".sandbox"
    if cache is None and path.is_dir() and home.is_dir():
        cache = home / "cache" / "compile.json"
    with confined_compiler(directory, settings, ArtifactCache(cache)) as (compiler, level):
        act = compile_project if path.is_dir() else compile_file
        return act(path, compiler=compiler, trial_import=trial_import, timeout_s=timeout_s), level


def compile_text(
    source: str, module: str, settings: Mapping[str, str], *, trial_import: bool = True, timeout_s: float = 10.0
) -> CompileReport:
    """One text, with nothing of the host's beside it."""
    with (
        tempfile.TemporaryDirectory(prefix="sk-compile-") as nowhere,
        confined_compiler(Path(nowhere), settings) as made,
    ):
        return made[0].compile({module: source}, trial_import=trial_import, timeout_s=timeout_s)


def _give_up(ends: Ends) -> None:
    for fd in (ends.requests, ends.answers):
        os.close(fd)
    ends.wait()
