"""The imports of a module: what they name, whether they can fail, and which names of other modules are used.

Pure but for looking a module up; runs in a child of the compile worker.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.While, ast.For, ast.AsyncFor, ast.Match)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_CATCHES = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")


@dataclass(frozen=True, slots=True)
class Import:
    """`name` is absolute, empty for a relative import that leads nowhere. `severity` is what a failure would be.

    An import that surely runs when the module is imported fails it (`error`); one in a function or branch may fail
    later (`warning`); one whose failure is handled, or that is for type checkers only, matters to no one (empty).
    """

    node: ast.Import | ast.ImportFrom
    name: str
    severity: str


def of_module(module: str, tree: ast.Module, known: Collection[str]) -> Iterator[Import]:
    """`known` are the sandbox's modules: `from package import part` imports `package.part` if there is one."""
    for node, severity in _walk(tree.body, "error"):
        if isinstance(node, ast.Import):
            yield from (Import(node, alias.name, severity) for alias in node.names)
            continue
        base = _base(module, node)
        yield Import(node, base, severity)
        yield from (Import(node, full, severity) for alias in node.names if (full := f"{base}.{alias.name}") in known)


def relative_words(node: ast.Import | ast.ImportFrom) -> tuple[str, str]:
    """Message and hint for a relative import in a module that is in no package."""
    base = node.module if isinstance(node, ast.ImportFrom) else ""
    names = ", ".join(alias.name for alias in node.names)
    fix = f"from {base} import {names}" if base else f"import {names}"
    return "a relative import needs a package, and this module is in none", f"write '{fix}'"


def findable(name: str, known: Collection[str]) -> bool:
    """Whether Python would find the first part of this name."""
    top = name.partition(".")[0]
    if top in known or top in sys.modules or top in sys.stdlib_module_names:
        return True
    if any(module.partition(".")[0] == top for module in known):
        return True
    try:
        return find_spec(top) is not None
    except (ImportError, ValueError, AttributeError, OSError):
        return True  # the trial import will say what is wrong with it


def used_names(module: str, tree: ast.Module, targets: Collection[str]) -> Iterator[tuple[str, str, ast.AST]]:
    """Target module, name and place of every `from target import name` and `target.name`."""
    aliases: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (base := _base(module, node)) in targets:
            yield from ((base, alias.name, node) for alias in node.names if alias.name != "*")
        elif isinstance(node, ast.Import):
            aliases |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in targets}
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    yield from _attributes(tree, {name: target for name, target in aliases.items() if name not in assigned})


def _attributes(tree: ast.Module, aliases: Mapping[str, str]) -> Iterator[tuple[str, str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name):
            target = aliases.get(node.value.id)
            if target is not None:
                yield target, node.attr, node


def _base(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")[: -node.level]
    return ".".join([*parts, node.module] if node.module else parts) if parts else ""


def _walk(nodes: Iterable[ast.AST], severity: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for node in nodes:
        later = severity and "warning"
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, severity
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            yield from _walk(node.body, "")
            yield from _walk(node.orelse, severity)
        elif isinstance(node, ast.Try) and any(_catches(handler) for handler in node.handlers):
            yield from _walk(node.body, "")
            yield from _walk([*node.handlers, *node.orelse, *node.finalbody], later)
        else:
            inner = later if isinstance(node, _LATER) else severity
            for name in _BLOCKS:  # imports stand only where statements can: expressions are most of a tree
                yield from _walk(getattr(node, name, ()), inner)


def _catches(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or any(name in ast.dump(handler.type) for name in _CATCHES)
