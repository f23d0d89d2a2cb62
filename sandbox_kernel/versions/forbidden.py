"""Imports and calls that a profile denies, found in the syntax tree. Pure; runs in a child of the compile worker.

It follows imports and their aliases, `getattr` with a literal and `__import__` with a literal, and nothing further: a
courtesy that tells a learner at once what this sandbox is not meant for, not a boundary.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sandbox_kernel.versions.profile import EVERYTHING, Profile

_IMPORTERS = ("__import__", "importlib.import_module")
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Forbidden:
    """`rule` is what denies it, `name` the same unless that has a star: then what the text uses."""

    node: ast.AST
    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class _Use:
    name: str
    imported: bool = False
    called: bool = False


def found_in(tree: ast.Module, profile: Profile, own: Collection[str]) -> Iterator[Forbidden]:
    """Each node that breaks a rule; an expression is reported once, for its longest name. `own` are the sandbox's."""
    if not profile.denied_modules and not profile.denied_calls:
        return
    names = _Names(tree)
    told: set[tuple[int, str]] = set()
    tops = {module.partition(".")[0] for module in own}
    for node in ast.walk(tree):
        for use in names.used(node):
            rule = _denied(use, profile, own_top=use.name.partition(".")[0] in tops)
            place = (getattr(node, "lineno", 0), rule)
            if rule and place not in told:
                told.add(place)
                yield Forbidden(node, use.name if rule.endswith(EVERYTHING) else rule, rule)
                break


def hint_for(found: Forbidden, profile: Profile) -> str:
    """What a learner can do instead."""
    if found.rule != EVERYTHING or not profile.allowed_modules:
        return "do it another way, or ask for another profile"
    shown = ", ".join(profile.allowed_modules[:_SHOWN])
    more = f" and {len(profile.allowed_modules) - _SHOWN} more" if len(profile.allowed_modules) > _SHOWN else ""
    return f"use what is allowed ({shown}{more}), or ask for another profile"


class _Names:
    """What the names of a module stand for, over all its scopes."""

    def __init__(self, tree: ast.Module) -> None:
        self._origins = _origins(tree)
        self._bound = set(_bound(tree.body))

    def used(self, node: ast.AST) -> Iterator[_Use]:
        """What a node imports, calls or refers to, by its full name."""
        if isinstance(node, ast.Import):
            yield from (_Use(alias.name, imported=True) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (_Use(f"{node.module}.{alias.name}", imported=True) for alias in node.names)
        elif isinstance(node, ast.Call):
            target = self._dotted(node.func)
            if target == "getattr":
                target = self._dotted(node)
            if target:
                yield _Use(target, called=True)
            first = node.args[0] if node.args else None
            if target in _IMPORTERS and isinstance(first, ast.Constant):
                yield _Use(str(first.value), imported=True)
        elif isinstance(node, ast.Attribute):
            target = self._dotted(node)
            if target:
                yield _Use(target)

    def _dotted(self, node: ast.AST) -> str:
        """`os.path.join` for that expression, whatever the names were imported as; empty for what is the module's own."""
        parts: list[str] = []
        while True:
            if isinstance(node, ast.Attribute):
                parts.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
                if len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
                    return ""
                parts.append(str(node.args[1].value))
                node = node.args[0]
            else:
                break
        if not isinstance(node, ast.Name):
            return ""
        origin = self._origins.get(node.id, "")
        if not origin and node.id not in self._bound and hasattr(builtins, node.id):
            origin = node.id
        if not origin:
            return ""
        return ".".join([origin, *reversed(parts)]).removeprefix("builtins.")


def _origins(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name of what was imported under it."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _bound(nodes: Iterable[ast.AST], *, in_class: bool = False) -> Iterator[str]:
    """Names that the module gives a meaning of its own; those of a class body are reached by the class only."""
    for node in nodes:
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not in_class:
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not in_class:
            yield node.name
        yield from _bound(ast.iter_child_nodes(node), in_class=isinstance(node, ast.ClassDef))


def _denied(use: _Use, profile: Profile, *, own_top: bool) -> str:
    """The rule that decides, if it denies; empty otherwise."""
    deny = [rule for rule in profile.denied_modules if _is_in(use, rule, own_top=own_top)]
    deny += [rule for rule in profile.denied_calls if _is_call(use, rule)]
    if not deny:
        return ""
    allow = [rule for rule in profile.allowed_modules if _is_in(use, rule, own_top=own_top)]
    allow += [rule for rule in profile.allowed_calls if _is_call(use, rule)]
    strongest = max(deny, key=_weight)
    return "" if allow and max(map(_weight, allow)) >= _weight(strongest) else strongest


def _weight(rule: str) -> int:
    return len(rule.removesuffix(EVERYTHING))


def _is_in(use: _Use, rule: str, *, own_top: bool) -> bool:
    if rule == EVERYTHING:
        return use.imported and not own_top
    return use.name == rule or use.name.startswith(f"{rule}.")


def _is_call(use: _Use, rule: str) -> bool:
    # A dotted call is found where it is imported or referred to as well; a built-in only where it is called.
    fits = use.name.startswith(rule[:-1]) if rule.endswith(EVERYTHING) else use.name == rule
    return fits and (use.called or "." in rule)
