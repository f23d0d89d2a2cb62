"""Names that a notebook imported from a module follow it; names that its user bound are never touched.

A value alone does not tell one from the other (`LIMIT = 10` may be the user's own 10), so the cells are read: the last
statement that bound a name decides. A namespace whose cells nobody showed us is judged by name and identity.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from sandbox_kernel.reload.journal import MISSING, Journal
from sandbox_kernel.versions.statements import STAR, uses_of


class Notebook:
    def __init__(self) -> None:
        self._imported: dict[str, tuple[str, str]] = {}  # name in the notebook -> (module, name there)
        self._stars: set[str] = set()
        self._own: set[str] = set()
        self.read_any = False

    def read_cell(self, source: str) -> None:
        """Takes note of what an executed cell bound. A cell that does not parse (magics) binds nothing we know of."""
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError):
            return
        self.read_any = True
        self._read(body)

    def _read(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            if isinstance(statement, ast.ImportFrom) and not statement.level and statement.module:
                for alias in statement.names:
                    if alias.name == STAR:
                        self._stars.add(statement.module)
                    else:
                        name = alias.asname or alias.name
                        self._imported[name] = (statement.module, alias.name)
                        self._own.discard(name)
                continue
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = [child for child in ast.walk(statement) if isinstance(child, ast.ImportFrom)]
                if inner and inner != [statement]:
                    self._read(inner)
                    continue
            for name in uses_of([statement]).binds:
                self._imported.pop(name, None)
                self._own.add(name)

    def follow(
        self, journal: Journal, namespace: dict[str, Any], module: str, changed: dict[str, tuple[Any, Any]]
    ) -> list[str]:
        """Re-points what was imported from `module` and still is what it was then."""
        followed = []
        for name, value in list(namespace.items()):
            origin = self._origin(name, module, changed)
            if origin is None:
                continue
            old, new = changed[origin]
            if value is old and new is not MISSING and old is not MISSING:
                journal.set_item(namespace, name, new)
                followed.append(name)
        if module in self._stars:
            for name, (old, new) in changed.items():
                if old is MISSING and not name.startswith("_") and name not in namespace:
                    journal.set_item(namespace, name, new)
        return followed

    def _origin(self, name: str, module: str, changed: dict[str, tuple[Any, Any]]) -> str | None:
        known = self._imported.get(name)
        if known is not None:
            return known[1] if known[0] == module and known[1] in changed else None
        guess = name in changed and name not in self._own
        return name if guess and (not self.read_any or module in self._stars) else None
