"""Who imports what: the order in which modules take a change, and how a changed value gets from one to the next."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sandbox_kernel.reload.journal import MISSING
from sandbox_kernel.reload.values import same_value
from sandbox_kernel.versions.changes import Step
from sandbox_kernel.versions.statements import STAR
from sandbox_kernel.versions.units import Source, Unit

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit


def absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """The module that a `from ... import` names."""
    if not node.level:
        return node.module or ""
    parts = module.split(".") if is_package else module.split(".")[:-1]
    base = parts[: len(parts) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def import_nodes(unit: Unit) -> list[ast.Import | ast.ImportFrom]:
    if unit.kind != "other" or "import" not in unit.text:
        return []
    return [n for each in unit.nodes for n in ast.walk(each) if isinstance(n, ast.Import | ast.ImportFrom)]


def guarded_imports(unit: Unit, module: str, *, is_package: bool) -> set[str]:
    """Modules whose import the statement tries, and goes on without."""
    if unit.kind != "other" or not isinstance(unit.nodes[0], ast.Try):
        return set()
    found: set[str] = set()
    for node in import_nodes(unit):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        else:
            base = absolute(node, module, is_package=is_package)
            found |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return found


def imported_modules(source: Source, module: str, *, is_package: bool) -> set[str]:
    """Names of the modules that executing `source` imports, submodules that a `from` may mean included."""
    found: set[str] = set()
    for unit in source.units:
        for node in import_nodes(unit):
            if isinstance(node, ast.Import):
                found |= {package for alias in node.names for package in with_parents(alias.name)}
            else:
                base = absolute(node, module, is_package=is_package)
                found |= set(with_parents(base))
                found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def with_parents(name: str) -> Iterator[str]:
    """`a.b.c`, `a.b`, `a`: all of them are imported."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def in_order(names: Iterable[str], imports: Mapping[str, set[str]]) -> list[str]:
    """Dependencies first; a cycle keeps the order in which it was entered."""
    order: list[str] = []
    seen: set[str] = set()
    wanted = sorted(names)

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        for other in sorted(imports.get(name, set())):
            if other in imports:
                visit(other)
        order.append(name)

    for name in wanted:
        visit(name)
    return [name for name in order if name in set(wanted)]


def dependents(changed: set[str], imports: Mapping[str, set[str]]) -> set[str]:
    """The modules that import one of `changed`, directly or not."""
    found: set[str] = set()
    frontier = set(changed)
    while frontier:
        frontier = {name for name, used in imports.items() if used & frontier and name not in found | changed}
        found |= frontier
    return found


def carry_over(edit: ModuleEdit, origin: ModuleEdit) -> None:
    """Brings what changed in `origin` to a module that imports from it: rebinds its names, marks what reads them."""
    if not origin.spreads:
        return
    is_package = "__path__" in edit.live
    for index, unit in enumerate(edit.source.units):
        for node in import_nodes(unit):
            if isinstance(node, ast.ImportFrom):
                if absolute(node, edit.name, is_package=is_package) == origin.name:
                    _follow(edit, origin, index, unit, node)
            else:
                for alias in node.names:
                    if alias.name == origin.name:
                        _mark_module(edit, origin, alias.asname or alias.name.partition(".")[0])
    for name, value in list(edit.live.items()):
        if value is origin.module:
            _mark_module(edit, origin, name)


def _mark_module(edit: ModuleEdit, origin: ModuleEdit, alias: str) -> None:
    """What is read or called as `alias.name`, or as `alias.Class.name`."""
    edit.taint.mark_attributes((alias, name) for name in (*origin.changed, *origin.class_values))
    methods = {name for module, _, name in origin.taint.members.methods if module == origin.name}
    edit.taint.mark_functions((), {(alias, name) for name in (*origin.taint.functions, *methods)})


def _follow(edit: ModuleEdit, origin: ModuleEdit, index: int, unit: Unit, node: ast.ImportFrom) -> None:
    if node is not unit.nodes[0]:
        if any(alias.name in origin.changed for alias in node.names) and index not in edit.plan.scope.steps:
            edit.plan.scope.steps[index] = Step("run", unit, unit, edited=False)
        return
    for alias in node.names:
        star = alias.name == STAR
        if star:
            _follow_all(edit, origin, unit)
        called = origin.taint.functions
        edit.taint.mark_functions(called if star else [alias.asname or alias.name] if alias.name in called else [])
        for name in _exported(origin) if star else [alias.name]:
            if name in origin.changed:
                _rebind(edit, unit, alias.asname or name, *origin.changed[name], star=star)


def _follow_all(edit: ModuleEdit, origin: ModuleEdit, unit: Unit) -> None:
    """A star import brings what `__all__` lists now, and no longer what it listed before."""
    if "__all__" not in origin.changed:
        return
    old, new = origin.changed["__all__"]
    before, after = set(old or ()) if old is not MISSING else set(), set(new or ()) if new is not MISSING else set()
    for name in after - before:
        if name in origin.live and name not in edit.live:
            edit.bind_name(name, origin.live[name], unit)
    for name in before - after if after else ():
        if name in edit.live and same_value(edit.live[name], origin.originals.get(name, MISSING)):
            edit.bind_name(name, MISSING, unit)


def _rebind(edit: ModuleEdit, unit: Unit, name: str, old: Any, new: Any, *, star: bool) -> None:
    """Only a name that still has the value it was imported with."""
    have = edit.live.get(name, MISSING)
    if old is MISSING:
        if star and have is MISSING:
            edit.bind_name(name, new, unit)
    elif have is not MISSING and same_value(have, old):
        if new is not MISSING:
            edit.bind_name(name, new, unit)
            edit.taint.mark(name)
            edit.report("followed", name)
        elif star:
            edit.bind_name(name, MISSING, unit)
        else:
            edit.report("kept old", name, "its module no longer has it")


def _exported(origin: ModuleEdit) -> list[str]:
    names = origin.live.get("__all__")
    if names is None:
        return [name for name in origin.changed if not name.startswith("_")]
    before = origin.originals.get("__all__", names)
    return [name for name in origin.changed if name in names or name in before]
