"""Classes that were made by a call of a function (`def make(): class Local: ...`): the methods that they have got new code
like all functions; here they get, lose and change their other members.

A statement of the body that reads a variable of the function around it cannot be executed again for a class that exists:
the call is over. Such a member keeps what it was, and the report says so.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox_kernel.reload import classes
from sandbox_kernel.versions.changes import Step, class_scope
from sandbox_kernel.versions.statements import FUNCTIONS, uses_of
from sandbox_kernel.versions.units import Unit, first_line

if TYPE_CHECKING:
    from sandbox_kernel.reload.modules import ModuleEdit

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Pair:
    """A class statement in both texts. `owners` ends in its own name; functions on the way are written `name()`."""

    old: ast.ClassDef
    new: ast.ClassDef
    owners: list[str]
    variables: frozenset[str]  # of the functions around it

    @property
    def qualname(self) -> str:
        return ".".join(name.replace("()", ".<locals>") for name in self.owners)


def patch(edit: ModuleEdit) -> None:
    for step in edit.plan.scope.steps.values():
        if step.old is None or not step.edited or step.action == "run" or "class " not in step.new.text:
            continue
        for pair in pairs(step.old.nodes, step.new.nodes, [], frozenset()):
            patch_pair(edit, pair)


def pairs(
    old: Sequence[ast.AST], new: Sequence[ast.AST], owners: list[str], variables: frozenset[str]
) -> Iterator[Pair]:
    """Class statements inside functions, matched by the names on the way and the order among equals."""
    mine: dict[tuple[type, str], list[Definition]] = defaultdict(list)
    for node in definitions(old):
        mine[type(node), node.name].append(node)
    for node in definitions(new):
        candidates = mine[type(node), node.name]
        if not candidates:
            continue
        before = candidates.pop(0)
        if isinstance(node, ast.ClassDef):
            own = [*owners, node.name]
            if variables and isinstance(before, ast.ClassDef):
                yield Pair(before, node, own, variables)
            yield from pairs(before.body, node.body, own, variables)
        else:
            own = [*owners, f"{node.name}()"]
            yield from pairs(before.body, node.body, own, variables | variables_of(node) | {""})


def definitions(nodes: Sequence[ast.AST]) -> Iterator[Definition]:
    """The functions and classes that stand in these statements themselves, not in one another."""
    for node in nodes:
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from definitions([*ast.iter_child_nodes(node)])


def variables_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names that are its own: arguments, and what its body binds."""
    return {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)} | {*uses_of(node.body).binds}


def patch_pair(edit: ModuleEdit, pair: Pair) -> None:
    body = class_scope(pair.old, pair.new)
    for index, step in list(body.steps.items()):
        names = [node for each in step.new.nodes for node in ast.walk(each) if isinstance(node, ast.Name)]
        read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        if step.action != "recode" and read & pair.variables:
            del body.steps[index]
            edit.report("kept old", f"{pair.qualname}.{step.new.name}", "it reads a variable of the function around it")
    if not body.removed and all(step.action == "recode" for step in body.steps.values()):
        return
    old, new = unit_of(pair.old), unit_of(pair.new)
    for cls in [each for each in classes.family(object) if each.__qualname__ == pair.qualname]:
        if cls.__module__ == edit.name:
            classes.patch_class(edit, cls, Step("class", new, old, body=body), pair.owners)


def unit_of(node: ast.ClassDef) -> Unit:
    return Unit(first_line(node), node.end_lineno or node.lineno, "", "class", node.name, "", [node])
