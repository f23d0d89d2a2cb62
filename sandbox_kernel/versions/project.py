"""Compiles a text, a file or a whole directory of modules; of a directory only what changed and what depends on it.

For programs and people outside a kernel (`host.cli`, tests, continuous integration); a sandbox's own changes go through
`compiler` directly. Nothing goes live here. Files are read as bytes and given to the compile worker as text, so that
everything compiled is exactly what was read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from sandbox_kernel.versions import graph
from sandbox_kernel.versions.artifact import CompileLimits, CompileReport, Diagnostic, digest
from sandbox_kernel.versions.cache import ArtifactCache
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.source_text import check_name, decode

_FILES = 5000
_PASSED_ON = ("HOME", "LANG", "LANGUAGE", "PATH", "TMPDIR", "TZ", "USER")
_SKIPPED = ("__pycache__", "node_modules", "site-packages")


def compile_source(
    source: str,
    module: str = "module",
    *,
    compiler: Compiler | None = None,
    trial_import: bool = False,
    timeout_s: float = 10.0,
) -> CompileReport:
    """One text. A compiler that is given is used and left open. `trial_import` runs the text, under limits only."""
    with _borrowed(compiler, ()) as used:
        return used.compile({module: source}, trial_import=trial_import, timeout_s=timeout_s)


def compile_file(
    path: str | Path, *, compiler: Compiler | None = None, trial_import: bool = False, timeout_s: float = 10.0
) -> CompileReport:
    """One file under the name of its module; what it imports is looked for in its directory."""
    file = Path(path)
    found = Project(file.parent.absolute())
    found.add(file.absolute(), file.stem)
    with _borrowed(compiler, (str(found.root),)) as used:
        report = used.compile(found.sources, trial_import=trial_import, timeout_s=timeout_s, paths=found.paths)
        return found.merge(report)


def compile_project(
    directory: str | Path,
    *,
    compiler: Compiler | None = None,
    trial_import: bool = False,
    timeout_s: float = 60.0,
    cache: str | Path | None = None,
) -> CompileReport:
    """Every module below `directory`. What the compiler's cache knows unchanged is not looked at again.

    With `trial_import` the changed modules and all that depend on them are imported too. Hidden directories, virtual
    environments and links are left out. `cache` is a file that remembers between programs; in a sandbox's directory
    there is one without asking. ValueError when it is no directory or has more than 5000 Python files.
    """
    found = read_project(Path(directory))
    home = found.root / ".sandbox"
    if cache is None and home.is_dir():  # nothing is left in what is no sandbox
        cache = home / "cache" / "compile.json"
    with _borrowed(compiler, (str(found.root),), cache) as used:
        first = used.compile(found.sources, trial_import=False, timeout_s=timeout_s, paths=found.paths)
        report = first
        if trial_import and first.ok:
            closures = _closures(first, found.sources)
            due = [module for module, closure in closures.items() if not used.cache.passed(module, closure)]
            tried = used.compile(found.sources, trial_import=due, timeout_s=timeout_s, paths=found.paths)
            report = replace(tried, cache_hits=first.cache_hits, duration_ms=first.duration_ms + tried.duration_ms)
            if tried.ok:
                for module in due:
                    used.cache.remember_pass(module, closures[module])
        used.cache.save()
    return found.merge(report)


@dataclass(slots=True)
class Project:
    """Modules of a directory: sources and files by name, and findings about files that are none."""

    root: Path
    sources: dict[str, str] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    unread: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)

    def add(self, file: Path, module: str) -> None:
        """Reads a regular file of bounded size, never through a link."""
        try:
            data = _read(str(file), 4 * (CompileLimits().source_bytes + 1))
        except OSError as error:
            text = f"the file cannot be read: {error.strerror}"
            self.unread[module] = (Diagnostic("error", text, "check its name and its permissions", "unreadable"),)
            return
        source, wrong = decode(data)
        if wrong is not None:
            self.unread[module] = (wrong,)
        else:
            self.sources[module] = source
            self.paths[module] = str(file)

    def merge(self, report: CompileReport) -> CompileReport:
        """The report with the findings about unread files."""
        if not self.unread:
            return report
        failed = any(one.severity == "error" for found in self.unread.values() for one in found)
        stage = report.stage or ("compile" if failed else "")
        return replace(report, diagnostics={**self.unread, **report.diagnostics}, stage=stage)


def read_project(directory: Path) -> Project:
    """All modules below a directory."""
    root = directory.absolute()
    if not root.is_dir():
        raise ValueError(f"{directory} is no directory; give the one that holds the modules")
    found = Project(root)
    for count, file in enumerate(_files(root)):
        if count >= _FILES:
            raise ValueError(f"{directory} has more than {_FILES} Python files; compile a directory below it")
        parts = file.relative_to(root).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        wrong = check_name(module)
        if wrong is not None and wrong.severity == "error":
            name = str(file.relative_to(root))
            found.unread[name] = (replace(wrong, severity="warning", message=f"{name} is no module: {wrong.message}"),)
        else:
            found.add(file, module)
    return found


def _read(file: str, most: int) -> bytes:
    """The beginning of a regular file; a directory of hundreds is read without a file object for each."""
    opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        state = os.fstat(opened)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(0, "it is no regular file")
        parts, missing = [], min(most, state.st_size + 1)
        while missing and (part := os.read(opened, missing)):
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)
    finally:
        os.close(opened)


def _files(root: Path) -> Iterator[Path]:
    for directory, below, files in os.walk(root):
        below[:] = sorted(name for name in below if _entered(Path(directory, name)))
        yield from (Path(directory, name) for name in sorted(files) if name.endswith(".py"))


def _entered(directory: Path) -> bool:
    hidden = directory.name.startswith(".") or directory.name in _SKIPPED
    return not hidden and not directory.is_symlink() and not (directory / "pyvenv.cfg").exists()


def _closures(report: CompileReport, sources: Mapping[str, str]) -> dict[str, str]:
    """For each module what stands for it and everything of the project that it imports, directly or not."""
    imports = {module: _with_packages(artifact.imports) for module, artifact in report.artifacts.items()}
    below: dict[str, frozenset[str]] = {}
    for group in graph.order(imports):
        members = frozenset(group)
        for module in group:
            members |= frozenset().union(*(below.get(name, frozenset()) for name in imports[module]))
        below |= dict.fromkeys(group, members)
    shas = {module: report.artifacts[module].sha256 for module in sources}
    return {
        module: digest("\n".join(f"{name} {shas[name]}" for name in sorted(members)))
        for module, members in below.items()
    }


def _with_packages(imports: Iterable[str]) -> set[str]:
    """Importing `a.b.c` runs `a` and `a.b` first."""
    parts = [name.split(".") for name in imports]
    return {".".join(one[:end]) for one in parts for end in range(1, len(one) + 1)}


class _borrowed:
    """The caller's compiler, left open, or one for this call, whose environment passes on no secrets of the host."""

    def __init__(
        self, compiler: Compiler | None, search_path: tuple[str, ...], cache: str | Path | None = None
    ) -> None:
        self._given = compiler
        self._search_path, self._cache = search_path, cache

    def __enter__(self) -> Compiler:
        self._own = None
        if self._given is not None:
            return self._given
        kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
        self._own = Compiler(search_path=self._search_path, environment=kept, cache=ArtifactCache(self._cache))
        return self._own

    def __exit__(self, *_: object) -> None:
        if self._own is not None:
            self._own.close()
