"""The modules of one sandbox: where their files are, and the import hook that serves each at its live version.

`import till` in a sandbox gives the live version of `till`, whatever the saved file says by then: a half-finished edit on
disk never reaches a running kernel by accident. A file without any version yet is imported as it stands and becomes
version 1. During a change the staged sources go before the live ones.

Weighed: (a) the directory on `sys.path` and nothing else, so that the file is the truth: then a restart after an unsaved
or refused edit starts code that was never accepted; (b) modules only in the store, no files: no editor, no git, no grep;
(c) both, with a finder in front (this). The directory is on `sys.path` too, for namespace packages and data files.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import keyword
import linecache
import os
import sys
import tempfile
import tokenize
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sandbox_kernel.errors import CompileError, ModuleNotFound

MAX_SOURCE_BYTES = 1_000_000


def check_name(name: str) -> None:
    """Raise ValueError with one sentence when `name` cannot be the name of a sandbox's module."""
    for part in name.split("."):
        if not part.isidentifier():
            raise ValueError(f"'{name}' cannot be a module's name: use letters, digits and _, such as my_module")
        if keyword.iskeyword(part):
            raise ValueError(f"'{name}' cannot be a module's name: '{part}' is a word of Python itself; choose another")
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in {"__main__", "sandbox_kernel"}:
        raise ValueError(f"'{name}' would hide Python's own module '{top}'; choose another name")


def check_text(name: str, source: str | None) -> None:
    """Raise ValueError with one sentence when `source` cannot be the source of a module; None is no source at all."""
    if source is None:
        return
    if len(source) > MAX_SOURCE_BYTES:
        raise ValueError(too_large(name, len(source)))
    if not source.strip():
        raise ValueError(f"the source of '{name}' is empty: write at least one line, such as a docstring")


class ModuleDirectory:
    """The files of the modules below one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, name: str) -> Path:
        """`pkg.mod` is `pkg/mod.py`, or `pkg/mod/__init__.py` where that exists or only its directory does."""
        base = self.root.joinpath(*name.split("."))
        package, plain = base / "__init__.py", base.with_suffix(".py")
        return package if package.exists() or (base.is_dir() and not plain.exists()) else plain

    @contextmanager
    def room_for(self, names: Iterable[str]) -> Iterator[list[str]]:
        """Makes the packages that these modules lie in, for good unless the block raises; yields those that were modules.

        `pkg.py` that gets a part `pkg.mod` becomes `pkg/__init__.py`, as Python wants it.
        """
        made: list[Path] = []
        moved: list[tuple[Path, Path]] = []
        parents = sorted(
            {".".join(parts[:end]) for name in names for parts in [name.split(".")] for end in range(1, len(parts))}
        )
        try:
            for parent in parents:
                base = self.root.joinpath(*parent.split("."))
                if not base.is_dir():
                    base.mkdir()
                    made.append(base)
                plain = self.path_of(parent)
                if plain.name != "__init__.py":
                    os.replace(plain, base / "__init__.py")
                    moved.append((plain, base / "__init__.py"))
            yield [
                parent for parent in parents if self.root.joinpath(*parent.split(".")).with_suffix(".py") in dict(moved)
            ]
        except BaseException:
            for plain, package in reversed(moved):
                os.replace(package, plain)
            for base in reversed(made):
                with suppress(OSError):
                    base.rmdir()
            raise

    def name_of(self, path: Path) -> str | None:
        """The module that `path` is the file of; None when it is none of this directory."""
        try:
            parts = list(path.resolve().relative_to(self.root.resolve()).with_suffix("").parts)
        except ValueError:
            return None
        if path.suffix != ".py" or not all(part.isidentifier() for part in parts):
            return None
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or None

    def names(self) -> list[str]:
        """The modules that have a file, sorted."""
        hidden = {"__pycache__"}
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [f for f in folders if f.isidentifier() and f not in hidden]
            found += [self.name_of(Path(folder, file)) for file in files if file.endswith(".py")]
        return sorted(name for name in found if name)

    def read(self, name: str) -> str:
        """The saved text. Raises ModuleNotFound or CompileError (not readable as Python source)."""
        path = self.path_of(name)
        try:
            if path.stat().st_size > MAX_SOURCE_BYTES:
                raise CompileError(name, too_large(name, path.stat().st_size))
            with tokenize.open(path) as file:
                return file.read()
        except FileNotFoundError:
            raise ModuleNotFound(name, self.names()) from None
        except (SyntaxError, UnicodeDecodeError) as error:
            raise CompileError(name, f"the file of '{name}' is not readable text ({error}); save it as UTF-8") from None

    def write(self, name: str, source: str | None) -> None:
        """Replace the file at once: a reader sees the old text or the new one. None removes it."""
        self.write_bytes(name, None if source is None else source.encode())

    def read_bytes(self, name: str) -> bytes | None:
        """The file as it is, readable as Python or not; None when there is none."""
        try:
            return self.path_of(name).read_bytes()
        except FileNotFoundError:
            return None

    def write_bytes(self, name: str, data: bytes | None) -> None:
        """See `write`."""
        path = self.path_of(name)
        if data is None:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        os.chmod(file.name, 0o644)
        os.replace(file.name, path)


def too_large(name: str, size: int) -> str:
    return (
        f"the source of '{name}' has {size / 1e6:.1f} MB; a module may have {MAX_SOURCE_BYTES // 1_000_000} MB: "
        "keep data in a file beside it and read that"
    )


class SandboxLoader(importlib.abc.InspectLoader):
    """Loads one module from given text; `loaded` is told after it ran."""

    def __init__(self, path: Path, source: str, loaded: Callable[[types.ModuleType, str], None]) -> None:
        self.path, self.source, self.loaded = path, source, loaded

    def get_source(self, fullname: str) -> str:
        return self.source

    def is_package(self, fullname: str) -> bool:
        return self.path.name == "__init__.py"

    def get_filename(self, fullname: str) -> str:
        return str(self.path)

    def get_code(self, fullname: str) -> types.CodeType:
        return compile(self.source, str(self.path), "exec", dont_inherit=True)

    def exec_module(self, module: types.ModuleType) -> None:
        remember_lines(self.path, self.source)
        exec(self.get_code(module.__name__), module.__dict__)
        self.loaded(module, self.source)


def remember_lines(path: Path, source: str) -> None:
    """Tracebacks show the text that runs, not what the file says by then: an entry without a time is never re-read."""
    linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))


class SandboxFinder(importlib.abc.MetaPathFinder):
    """First on `sys.meta_path` while a sandbox is open; answers for the sandbox's own modules only."""

    def __init__(
        self,
        directory: ModuleDirectory,
        live: Callable[[], Mapping[str, str]],
        loaded: Callable[[types.ModuleType, str], None],
    ) -> None:
        self.directory = directory
        self._live = live
        self._loaded = loaded
        self._staged: dict[str, str] = {}

    def source_of(self, name: str) -> str | None:
        """Staged before live before saved; None when the sandbox has no such module."""
        if name in self._staged:
            return self._staged[name]
        live = self._live().get(name)
        if live is not None:
            return live
        path = self.directory.path_of(name)
        return self.directory.read(name) if path.is_file() else None

    @contextmanager
    def staged(self, sources: Mapping[str, str]) -> Iterator[None]:
        """Within it, imports see these sources first."""
        self._staged = dict(sources)
        try:
            yield
        finally:
            self._staged = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        source = self.source_of(fullname)
        if source is None:
            return None
        file = self.directory.path_of(fullname)
        loader = SandboxLoader(file, source, self._loaded)
        spec = importlib.machinery.ModuleSpec(fullname, loader, origin=str(file), is_package=file.name == "__init__.py")
        spec.has_location = True
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(str(file.parent))
        return spec

    def install(self) -> None:
        sys.meta_path.insert(0, self)
        if str(self.directory.root) not in sys.path:
            sys.path.insert(0, str(self.directory.root))

    def uninstall(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        if str(self.directory.root) in sys.path:
            sys.path.remove(str(self.directory.root))
