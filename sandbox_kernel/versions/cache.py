"""Artifacts by the content they were made from, in memory and, if a file is named, on disk between processes.

Static findings only depend on the text, on the settings and on which modules stand beside it, so they are kept by
these. A trial import also depends on the world (files, packages, the time): a pass is remembered for `project` alone,
which puts nothing live, and a failure never.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox_kernel.versions import answers
from sandbox_kernel.versions.artifact import Artifact, digest

_ENTRIES = 5000
_FILE_LIMIT = 256 << 20
# A new release may find other things, and so may another Python.
_EDITION = f"1/{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    entries: int
    hits: int
    misses: int

    @property
    def hit_rate(self) -> float:
        return self.hits / max(1, self.hits + self.misses)


class ArtifactCache:
    """Thread-safe. `path` is read when the cache is made and written by `save`; a file that is no cache counts as none."""

    def __init__(self, path: str | Path | None = None) -> None:
        self._path = Path(path) if path is not None else None
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], tuple[Artifact, frozenset[str]]] = {}
        self._passed: dict[str, str] = {}
        self._hits = self._misses = 0
        self._altered = False
        if self._path is not None:
            self._load(self._path)

    def get(self, module: str, source: str, settings: str, beside: Mapping[str, Collection[str]]) -> Artifact | None:
        """`beside` are the modules next to it, by each of their prefixes (see `prefixes`)."""
        with self._lock:
            found = self._found.get((module, digest(source), settings))
            if found is not None and found[1] == _near(found[0].imports, beside):
                self._hits += 1
                return found[0]
            self._misses += 1
            return None

    def put(self, artifact: Artifact, settings: str, beside: Mapping[str, Collection[str]]) -> None:
        if any(one.code == "import-not-found" for one in artifact.diagnostics):
            return  # it may be installed in the next minute
        with self._lock:
            while len(self._found) >= _ENTRIES:
                del self._found[next(iter(self._found))]
            key = (artifact.module, artifact.sha256, settings)
            self._found[key] = (artifact, _near(artifact.imports, beside))
            self._altered = True

    def passed(self, module: str, closure: str) -> bool:
        """Whether this module and all it imports, which `closure` stands for, passed a trial import before."""
        with self._lock:
            return self._passed.get(module) == closure

    def remember_pass(self, module: str, closure: str) -> None:
        with self._lock:
            self._passed[module] = closure
            self._altered = True

    def statistics(self) -> CacheStatistics:
        with self._lock:
            return CacheStatistics(len(self._found), self._hits, self._misses)

    def clear(self) -> None:
        """Forgets everything, the file included."""
        with self._lock:
            self._found.clear()
            self._passed.clear()
            self._altered = False
            if self._path is not None:
                self._path.unlink(missing_ok=True)

    def save(self) -> None:
        """Writes the file in one step, if there is one and something is new; a full or read-only disk costs only time."""
        with self._lock:
            if self._path is None or not self._altered:
                return
            found = [
                {"settings": settings, "near": sorted(near), **asdict(artifact)}
                for (_, _, settings), (artifact, near) in self._found.items()
            ]
            data = {"edition": _EDITION, "found": found, "passed": self._passed}
            part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                part.write_text(json.dumps(data), encoding="ascii")
                os.replace(part, self._path)
                self._altered = False
            except OSError:
                part.unlink(missing_ok=True)

    def _load(self, path: Path) -> None:
        try:
            data = answers.parse(path.read_bytes()) if path.stat().st_size <= _FILE_LIMIT else {}
        except OSError:
            return
        if data.get("edition") != _EDITION:
            return
        for one in answers.objects(data, "found", _ENTRIES):
            self._keep({**one, "findings": one.get("diagnostics")})
        passed = data.get("passed")
        if isinstance(passed, dict):
            self._passed = {str(module): str(closure) for module, closure in passed.items()}

    def _keep(self, one: Mapping[str, Any]) -> None:  # Any: JSON
        source = one.get("source")
        if isinstance(source, str):
            artifact = answers.artifact(dict(one), source)
            near = frozenset(name for name in one.get("near") or () if isinstance(name, str))
            key = (artifact.module, artifact.sha256, answers.text(dict(one), "settings"))
            self._found[key] = (artifact, near)


def prefixes(modules: Iterable[str]) -> dict[str, set[str]]:
    """Modules by their own name and by every package that they are in."""
    found: dict[str, set[str]] = {}
    for module in modules:
        parts = module.split(".")
        for end in range(1, len(parts) + 1):
            found.setdefault(".".join(parts[:end]), set()).add(module)
    return found


def _near(imports: Iterable[str], beside: Mapping[str, Collection[str]]) -> frozenset[str]:
    """The modules beside it that the findings of an artifact with these imports may depend on."""
    return frozenset(module for name in imports for module in beside.get(name, ()))
