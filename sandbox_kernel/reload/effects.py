"""Whether a change can fail or reach beyond its module when it is imported; then it is tried elsewhere first.

A trial costs milliseconds and repeats what the module does to files and networks, so an edit of a function that nothing
calls at import goes without. The answer errs towards a trial: names count wherever they occur in the text.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from sandbox_kernel.versions.changes import ModulePlan, Step
from sandbox_kernel.versions.units import Unit


def needs_trial(plans: Sequence[ModulePlan]) -> bool:
    names: set[str] = set()
    for plan in plans:
        for step in plan.scope.steps.values():
            if step.action in ("run", "class", "header") and has_effects(step):
                return True
            names |= set(step.new.binds)
        for unit in plan.scope.removed:
            names |= set(unit.binds)
            if unit.kind != "other" or unit.uses.effects:
                names |= set(unit.binds)
    return any(calls_at_import(plan, names) for plan in plans)


def has_effects(step: Step) -> bool:
    if (
        step.action == "class"
        and step.body is not None
        and not step.bases
        and not step.keywords
        and not step.decorators
    ):
        return any(has_effects(each) for each in step.body.steps.values() if each.action != "recode")
    if step.action == "recode":
        return False
    if any(isinstance(node, ast.Import | ast.ImportFrom) for node in step.new.nodes):
        return True
    return step.new.uses.effects or not _is_plain(step.new)


def _is_plain(unit: Unit) -> bool:
    node = unit.nodes[0]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Pass):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr):
        return not any(isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) for each in ast.walk(node))
    return False


def calls_at_import(plan: ModulePlan, names: set[str]) -> bool:
    """Whether an unchanged statement may call, when imported, what is different now."""
    words = set(names)
    callers: set[str] = set()
    while words:
        fresh = set()
        for index, unit in enumerate(plan.new.units):
            if (index in plan.scope.steps and unit.kind != "class") or not any(word in unit.text for word in words):
                continue
            if unit.kind == "other":
                if unit.uses.effects:
                    return True
            elif (unit.text.startswith("@") or unit.kind == "class") and unit.uses.reads & (words | callers):
                return True
            if unit.name and unit.name not in callers | names:
                fresh.add(unit.name)
        callers |= fresh
        words = fresh
    return False
