"""Remembers the source that each of the user's modules was executed from, and serves new texts during a reload.

Weighed: reading the file again when it is first reloaded (wrong as soon as it was saved between), a trace of `exec`
(slow), and a finder that stands before the ordinary one and hands out a loader which notes the text it compiles. The
last is exact, and costs one `stat` less than an import does.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType

from sandbox_kernel.reload.journal import Journal

Note = Callable[[ModuleType, str], None]
LIBRARY = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)


def is_users(path: str | None) -> bool:
    """Whether a file is the user's own: Python source, and not part of an installed library."""
    return path is not None and path.endswith(".py") and not _is_library(os.path.dirname(path))


@functools.cache
def _is_library(directory: str) -> bool:
    return os.path.realpath(directory).startswith(LIBRARY)


def read_source(path: str) -> str:
    return importlib.util.decode_source(Path(path).read_bytes())


class NotingLoader(importlib.machinery.SourceFileLoader):
    """Compiles from the text itself, never from a cached file, so that the noted text is what runs."""

    def __init__(self, name: str, path: str, note: Note, text: str | None = None) -> None:
        super().__init__(name, path)
        self._note, self._text = note, text
        self._given = text is not None

    def get_code(self, fullname: str) -> CodeType | None:
        if not self._given:
            self._text = importlib.util.decode_source(self.get_data(self.path))
        code: CodeType = compile(self._text or "", self.path, "exec", dont_inherit=True)
        return code

    def get_source(self, fullname: str) -> str | None:
        return self._text if self._text is not None else super().get_source(fullname)

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if self._text is not None:
            self._note(module, self._text)


def same_file(left: str, right: str) -> bool:
    return left == right or os.path.realpath(left) == os.path.realpath(right)


def rehome(journal: Journal, module: ModuleType, path: str) -> None:
    """The module comes from another file: `shop.py` became `shop/__init__.py`, or the other way round."""
    name, package = module.__name__, os.path.basename(path) == "__init__.py"
    where = [os.path.dirname(path)] if package else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=where)
    names = {"__file__": path, "__spec__": spec, "__package__": name if package else name.rpartition(".")[0]}
    for key, value in names.items():
        journal.set_item(module.__dict__, key, value)
    if where is not None:
        journal.set_item(module.__dict__, "__path__", where)
    else:
        journal.del_item(module.__dict__, "__path__")


class WatchingFinder(importlib.abc.MetaPathFinder):
    def __init__(self, note: Note) -> None:
        self._note = note

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader and is_users(spec.origin):
            assert spec.origin is not None
            spec.loader = NotingLoader(fullname, spec.origin, self._note)
        return spec


class ServingFinder(importlib.abc.MetaPathFinder):
    """Serves the new texts of modules that are not loaded yet, for the time of one reload. `before` is told of each
    that is about to run."""

    def __init__(
        self, sources: Mapping[str, str], paths: Mapping[str, str], note: Note, before: Callable[[str, str], None]
    ) -> None:
        self._sources, self._paths, self._note, self._before = sources, paths, note, before

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        text = self._sources.get(fullname)
        if text is None:
            return None
        self._before(fullname, text)
        origin = self._paths.get(fullname) or self._place(fullname, path)
        is_package = Path(origin).name == "__init__.py"
        loader = NotingLoader(fullname, origin, self._note, text)
        return importlib.util.spec_from_file_location(
            fullname,
            origin,
            loader=loader,
            submodule_search_locations=[str(Path(origin).parent)] if is_package else None,
        )

    @staticmethod
    def _place(fullname: str, path: Sequence[str] | None) -> str:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.origin is not None:
            return spec.origin
        directory = next(iter(path or sys.path), "")
        return str(Path(directory) / f"{fullname.rpartition('.')[2]}.py")
