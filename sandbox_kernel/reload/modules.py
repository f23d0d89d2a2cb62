"""One module inside a transaction: executes the statements that must run, and moves what they made into the live
module.

Statements run with the live dictionary as globals, so that functions belong to the live module from the start, and with
a copy of it (the overlay) as locals, so that nothing shows before it is committed. `prepare` runs what needs no new
code before anything live is touched; `commit` does the rest in one short section.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FunctionType, MappingProxyType, ModuleType
from typing import Any

from sandbox_kernel.reload import classes, functions, local_classes, reach, reconcile, taint
from sandbox_kernel.reload import code as codes
from sandbox_kernel.reload.journal import MISSING, Journal
from sandbox_kernel.reload.state import CONTAINERS, LIMIT, Keeper
from sandbox_kernel.reload.taint import ChangedMembers, Taint, value_of
from sandbox_kernel.reload.values import keep_unchanged_defaults, same_value
from sandbox_kernel.versions.changes import ModulePlan, Step
from sandbox_kernel.versions.units import Source, Unit, first_line

NOTHING: Mapping[str, Any] = MappingProxyType({})


class ModuleEdit:
    def __init__(
        self,
        module: ModuleType,
        name: str,
        plan: ModulePlan,
        *,
        journal: Journal,
        variants: functions.Variants,
        filename: str,
        report: Callable[[str, str, str, str], None],
        is_tracked: Callable[[object], bool],
        members: ChangedMembers,
    ) -> None:
        self.module, self.name, self.plan = module, name, plan
        self.live: dict[str, Any] = module.__dict__
        self.journal, self.variants, self.filename = journal, variants, filename
        self.flags = plan.new.future
        self.originals: dict[str, Any] = dict(self.live)
        self.overlay: dict[str, Any] = dict(self.live)
        self.changed: dict[str, tuple[Any, Any]] = {}  # name -> (old value, new value), MISSING for none
        self.class_values: set[str] = set()  # names of data in class bodies that has changed
        self.foreign: set[str] = set()  # names that other modules of this change may still give another value
        self.pending: set[str] = set()  # classes that the commit will patch
        self.taint = Taint(plan.new.units, name, value_of(self.overlay, self.live), members)
        self.touched: list[tuple[FunctionType, CodeType]] = []  # functions with new code, and the code they had
        self.edited_classes: list[type] = []
        self.regrouped: list[type] = []  # what `isinstance` said of them may be wrong now
        self.retired: list[tuple[type, type]] = []  # classes that others have replaced
        self.is_tracked = is_tracked
        self.keeper = Keeper(journal, is_tracked, LIMIT)
        self._report = report
        self._prepared: dict[int, None] = {}
        self._ran: set[int] = set()  # ids of statements that were executed
        self._made: set[str] = set()  # names that they bound
        self._recoded: dict[int, list[FunctionType]] = {}
        self._compiled: dict[int, tuple[Unit, CodeType]] = {}

    @property
    def source(self) -> Source:
        return self.plan.new

    @property
    def spreads(self) -> bool:
        """Whether modules that import this one may have to follow."""
        return bool(self.changed or self.class_values or self.taint.functions or self.taint.calls)

    def module_of(self, cls: type) -> ModuleType:
        return sys.modules.get(cls.__module__, self.module)

    def report(self, action: str, name: str, reason: str = "") -> None:
        self._report(self.name, name, action, reason)

    # -- code

    def compile(self, nodes: list[ast.stmt]) -> CodeType:
        return codes.compile_nodes(nodes, self.filename, self.flags)

    def code_of(self, unit: Unit) -> CodeType:
        known = self._compiled.get(id(unit))
        if known is None:
            known = self._compiled[id(unit)] = (unit, self.compile(unit.nodes))
        return known[1]

    def evaluate(self, node: ast.expr, names: Mapping[str, Any] = NOTHING) -> Any:
        code = compile(ast.Expression(node), self.filename, "eval", self.flags, dont_inherit=True)
        return eval(code, self.live, {**self.overlay, **names} if names else self.overlay)

    # -- before anything live is touched

    def check(self) -> None:
        """Compiles all that is new, so that what only the compiler sees (`return` outside a function) is found
        early."""
        for step in self.plan.scope.steps.values():
            self.code_of(step.new)

    def prepare(self) -> None:
        """Runs, in order, the statements that neither need new code nor concern other modules; stops at the first
        other."""
        steps = self.plan.scope.steps
        self.pending = {step.new.name for step in steps.values() if step.new.kind == "class"}
        self._forget_bindings(step.new for step in steps.values() if step.action == "run")
        for index in self._order():
            unit, step = self.source.units[index], steps.get(index)
            if step is None and not self.taint.reaches(unit.uses) and not self.taint.binds_anew(unit):
                continue
            if step is not None and step.action != "run":
                continue
            if unit.kind in ("def", "class") and step is None:
                break
            group = [*self._builders(index), index]
            if any(reach.must_wait(self, self.source.units[each]) for each in group):
                break
            self._forget_bindings(self.source.units[each] for each in group if step is None or each != index)
            for each in group:
                self._prepare_one(each)
            for each in reach.uncovered(self.source.units, index, self.overlay, self._ran):
                self._prepare_one(each)

    def _prepare_one(self, index: int) -> None:
        unit = self.source.units[index]
        self._execute(unit)
        self._prepared[index] = None
        if index not in self.plan.scope.steps:
            self.taint.bound |= set(unit.binds)
        for name in unit.binds:
            if not same_value(self.live.get(name, MISSING), self.overlay.get(name, MISSING)):
                self.taint.mark(name)

    def _builders(self, index: int) -> list[int]:
        """Statements that must run before this one, because it goes on from what they made; those that ran already are
        left out."""
        units = self.source.units
        found = reach.builders(units, index, lambda name: type(self.overlay.get(name)) in CONTAINERS)
        return [j for j in found if id(units[j]) not in self._ran]

    def _order(self) -> Iterable[int]:
        """Indexes of statements that may have to run: those of the plan, and all others once a value has changed."""
        index, units, steps = 0, self.source.units, self.plan.scope.steps
        while index < len(units):
            if not self.taint:
                index = min((step for step in steps if step >= index), default=len(units))
            if index in steps or (index < len(units) and self.taint.mentions(units[index])):
                yield index
            index += 1

    def _forget_bindings(self, units: Iterable[Unit]) -> None:
        for unit in units:
            if isinstance(unit.nodes[0], ast.Delete):
                continue
            for name in unit.binds:
                known = name in self.overlay and name not in self._made
                if known and unit.kind == "other" and not reach.asks_for_itself(unit, name):
                    del self.overlay[name]

    def _execute(self, unit: Unit) -> None:
        self.journal.step(f"run line {unit.start} of {self.name}")
        reach.own_annotations(self)
        self._ran.add(id(unit))
        reach.keep_state(self, unit)
        if reach.needs_module_scope(unit):
            reach.execute_live(self, unit)
        else:
            exec(self.code_of(unit), self.live, self.overlay)
        self._made |= self.overlay.keys() & set(unit.binds)
        if unit.kind == "other" and unit.uses.mutates:
            stores = reach.stores(unit)
            attributes = [(root, str(key)) for root, kind, key in stores if kind == "attribute"]
            items = [(root, key) for root, kind, key in stores if kind == "item"]
            self.taint.mark_stores(attributes, items, unit.uses.mutates & set(self.overlay))
        self.report("run again" if self._was_there(unit) else "added", self._title(unit))

    def _was_there(self, unit: Unit) -> bool:
        return any(name in self.live for name in unit.binds)

    def _title(self, unit: Unit) -> str:
        return ", ".join(unit.binds) or f"line {unit.start}"

    # -- the commit section

    def patch_code(self, live_functions: functions.LiveFunctions) -> None:
        """New code for functions whose text changed or moved; runs none of it."""
        for step in self.plan.scope.steps.values():
            if step.old is not None:
                self._recode(step, live_functions)
        self._shift(live_functions)

    def _recode(self, step: Step, live_functions: functions.LiveFunctions) -> None:
        assert step.old is not None
        old_code = codes.compile_nodes(step.old.nodes, self.filename, self.plan.old.future)
        pairs = list(codes.pair(old_code, self.code_of(step.new), codes.member_lines(step)))
        old_codes = [old for old, _ in pairs]
        for function, index in list(live_functions.of_unit(step.old, self.live, old_codes, self.variants)):
            new, before, copied = pairs[index][1], function.__code__, functions.copied(function)
            done = functions.recode(self.journal, function, new, step.new, variants=self.variants, flags=self.flags)
            if not done:
                self.report("kept old", function.__qualname__, "an existing closure lacks a variable of the new code")
                continue
            self._recoded.setdefault(id(new), []).append(function)
            self.touched.append((function, before))
            functions.refresh_wrappers(self.journal, self.live, copied, function)
            if step.edited and not codes.alike(pairs[index][0], new):
                self.report("patched", function.__qualname__)

    def _shift(self, live_functions: functions.LiveFunctions) -> None:
        scope = self.plan.scope
        moved = [unit for unit, _ in scope.shifts]
        lines = [lines for _, lines in scope.shifts]
        if scope.shift and scope.suffix:
            rest = self.plan.old.units[-scope.suffix :]
            moved += rest
            lines += [scope.shift] * len(rest)
        if not moved:
            return
        done = {id(function) for function, _ in self.touched}
        fresh = {id(code) for index in self._prepared for code in codes.within(self.code_of(self.source.units[index]))}
        for function, index in live_functions.in_lines(moved, self.live):
            if id(function) not in done and id(function.__code__) not in fresh:
                done.add(id(function))
                functions.set_code(self.journal, function, self.variants.shift(function.__code__, lines[index]))
        for unit, by in zip(moved, lines, strict=True):
            if unit.kind == "class":
                classes.shift_first_lines(self.journal, self.live.get(unit.name), self.name, by)

    def commit(self) -> None:
        """Everything else, statement by statement in the order of the source."""
        scope = self.plan.scope
        for index in self._prepared:
            self._bind(self.source.units[index])
        self.taint.bound.clear()
        ready = sorted(index for index in self._prepared if index not in scope.steps)
        for index in self._order():
            while ready and ready[0] < index:
                self.taint.bound |= set(self.source.units[ready.pop(0)].binds)
            if index in self._prepared:
                continue
            unit, step = self.source.units[index], scope.steps.get(index)
            if step is None or step.action == "recode":
                step = taint.tainted_step(self.taint, unit)
            elif step.action == "class":
                taint.add_tainted(self.taint, step)
            if step is not None:
                self._carry_out(unit, step)
        for name in scope.gone:
            if name in self.live and not self._is_submodule(name):
                self.changed[name] = (self.live[name], MISSING)
                self.journal.del_item(self.live, name)
                self.report("removed", name)
        reach.remove_stores(self)
        reach.remove_annotations(self)
        local_classes.patch(self)

    def _is_submodule(self, name: str) -> bool:
        value = self.live[name]
        return isinstance(value, ModuleType) and sys.modules.get(f"{self.name}.{name}") is value

    def _carry_out(self, unit: Unit, step: Step) -> None:
        if step.action == "header":
            self._change_header(step)
        elif step.action == "class":
            bound = self.live.get(unit.name)
            cls = classes.find_class(bound, unit.name, self.name)
            if cls is not None:
                new = classes.patch_class(self, cls, step, [unit.name])
                if new is not bound is cls:
                    self._replace(unit.name, cls, new)
                elif self.overlay.get(unit.name) is not bound and unit.name in self.overlay:
                    self._bind(unit)
            else:
                self._execute(unit)
                self._bind(unit)
        elif step.action == "run":
            if not step.edited and step.old is not None:
                self._forget_bindings([unit])
            earlier = [self.source.units[j] for j in self._builders(self.source.units.index(unit))]
            self._forget_bindings(earlier)
            self._execute_group([*earlier, unit])

    def _execute_group(self, group: list[Unit]) -> None:
        """They build one value together, which is bound when it is complete, or when one of them looks for it in the
        live module."""
        made: list[Unit] = []
        for unit in group:
            if reach.needs_module_scope(unit):
                while made:
                    self._bind(made.pop(0))
            self._execute(unit)
            made.append(unit)
        units = self.source.units
        for index in reach.uncovered(units, units.index(group[-1]), self.overlay, self._ran):
            self._execute(units[index])
            made.insert(0, units[index])
        for unit in made:
            self._bind(unit)

    def _replace(self, name: str, old: object, new: object) -> None:
        self.overlay[name] = new
        self.journal.set_item(self.live, name, new)
        self.changed[name] = (old, new)
        self.taint.mark(name)

    def _change_header(self, step: Step) -> None:
        node = step.new.function
        scratch = dict(self.overlay)
        exec(self.compile([classes.undecorated(node)]), self.live, scratch)
        found = self.functions_of(step.new, node)
        if not found and step.old is step.new:
            found = [f for f in functions.within(self.live.get(node.name), self.live) if f.__name__ == node.name]
        for function in found:
            self.change_function_header(function, scratch[node.name], step)
        if not found:
            self._execute(step.new)
            self._bind(step.new)

    def functions_of(self, unit: Unit, node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[FunctionType]:
        """Live functions of a definition, once `patch_code` has given them their new code."""
        found: list[FunctionType] = []
        stack = [code for _, code in self._compiled.values()]
        while stack:
            code = stack.pop()
            if code.co_name == node.name and code.co_firstlineno == first_line(node):
                found += self._recoded.get(id(code), [])
            stack += codes.children(code)
        return found

    def functions_of_method(
        self, cls: type, name: str, node: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> list[FunctionType]:
        found = self.functions_of(self.source.units[0], node)
        members = functions.within(vars(cls).get(name), self.live)
        return found or [f for f in members if (f.__name__, f.__code__.co_firstlineno) == (node.name, first_line(node))]

    def change_function_header(self, function: FunctionType, new: FunctionType, step: Step) -> None:
        copied = functions.copied(function)
        if step.old is not None and step.old is not step.new:
            keep_unchanged_defaults(function, new, step.old.function, step.new.function, self.taint.reads)
        functions.transplant(
            self.journal, function, new, nodes=step.new, variants=self.variants, flags=self.flags, decorated=False
        )
        functions.refresh_wrappers(self.journal, self.live, copied, function)
        self.report("patched", function.__qualname__)

    def _bind(self, unit: Unit) -> None:
        """Moves what a statement bound from the overlay into the live module."""
        names = list(unit.binds)
        names = [name for name in names if not self._is_shadowed(unit, name)]
        if "*" in names:
            names = [n for n, value in self.overlay.items() if self.live.get(n, MISSING) is not value]
        if "__annotations__" in self.overlay and self.overlay["__annotations__"] != self.live.get("__annotations__"):
            names.append("__annotations__")
        if unit.first and unit.kind == "other" and "__doc__" in self.overlay:
            names.append("__doc__")
        for name in names:
            self.bind_name(name, self.overlay.get(name, MISSING), unit)

    def bind_name(self, name: str, value: Any, unit: Unit) -> None:
        before = self.plan_before(name)
        if value is MISSING:
            if name in self.live:
                self.changed[name] = (before, MISSING)
                self.journal.del_item(self.live, name)
            return
        made, value = value, reconcile.reconcile(self, before, value, unit)
        self.overlay[name] = value
        if self.live.get(name, MISSING) is not value:
            self.journal.set_item(self.live, name, value)
        if not same_value(before, value):
            self.changed[name] = (before, value)
            if name not in ("__annotations__", "__doc__"):
                self.taint.mark(name)
        elif value is not made and unit.kind == "other" and not isinstance(value, FunctionType):
            self.changed[name] = (before, value)  # the same object (a partial, a named tuple), but another value
            self.taint.mark(name)

    def _is_shadowed(self, unit: Unit, name: str) -> bool:
        shadowed = self.plan.scope.shadowed
        if not any(self.source.units[index] is unit and other == name for index, other in shadowed):
            return False
        later = [i for i, each in enumerate(self.source.units) if name in each.binds]
        step = self.plan.scope.steps.get(later[-1])
        if step is not None and step.action == "run":
            return False
        self.overlay[name] = self.live.get(name)
        return True

    def plan_before(self, name: str) -> Any:
        """The value at the begin of the transaction."""
        if name in self.changed:
            return self.changed[name][0]
        return self.originals.get(name, MISSING)
