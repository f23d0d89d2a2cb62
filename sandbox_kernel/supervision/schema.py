"""What a worker's state looks like, version by version, and how one becomes the next.

    schema = StateSchema(2, {"count": Field(int), "opened": Field(float, default=0.0)})

    @schema.migration(1, 2)
    def add_opened(state):
        return {**state, "opened": 0.0}

    class Till(Worker):
        def init(self):
            return schema.new(count=0)

        def code_change(self, old_version, state, extra):
            return schema.adapt(state)

A state is a dictionary that carries the number of its schema (key `schema`; 1 where there is none). `adapt` finds the
shortest chain of migrations to the schema's own version, up or down, fills in defaults and checks the result; the state
that came in is never changed, so that a refused migration leaves it as it was.

Weighed: (a) a class per version (dataclasses, pydantic): states of an older version would be instances of a class that a
reload has replaced; (b) migrations by hand in `code_change`: right for one step, and written anew for every chain; (c)
plain data with a description beside it: survives reloads, checkpoints and rollbacks: (c).
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sandbox_kernel.errors import MigrationError

KEY = "schema"
State: TypeAlias = dict[str, Any]  # Any: a learner's state
Step: TypeAlias = Callable[[State], Any]  # Any: what a learner's function returns is checked
_NOTHING: Any = object()


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is a type or a tuple of types; without a `default` the field is required; `check` says if a value will do.

    `bool` is no `int` here, and None counts only where `type(None)` is among the kinds.
    """

    kind: type | tuple[type, ...]
    default: Any = _NOTHING  # Any: a value of the kind
    check: Callable[[Any], bool] | None = None

    @property
    def required(self) -> bool:
        return self.default is _NOTHING

    def fault(self, value: Any) -> str:
        """What is wrong with a value, empty for nothing."""
        kinds = self.kind if isinstance(self.kind, tuple) else (self.kind,)
        fits = isinstance(value, kinds) and (type(value) is not bool or bool in kinds or object in kinds)
        if not fits:
            return f"is {value!r}, not of type {' or '.join(kind.__name__ for kind in kinds)}"
        return f"has the value {value!r}, which its check refuses" if self.check and not self.check(value) else ""


@dataclass(frozen=True, slots=True)
class SchemaChanges:
    """From one schema to another, by names of fields. `compatible`: an old state needs no migration, only defaults."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()
    now_required: tuple[str, ...] = ()

    @property
    def compatible(self) -> bool:
        return not (self.removed or self.retyped or self.now_required)


@dataclass
class StateSchema:
    """`version` counts from 1; `fields` are those of that version, other keys of a state are left alone."""

    version: int
    fields: Mapping[str, Field]
    _steps: dict[int, dict[int, Step]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError(f"a schema's version counts from 1, not {self.version}")
        if KEY in self.fields:
            raise ValueError(f"'{KEY}' is the key of a state's version and cannot be a field")

    def migration(self, source: int, target: int) -> Callable[[Step], Step]:
        """Decorates the function that makes a state of version `target` from one of version `source`."""
        if source == target:
            raise ValueError(f"a migration leads to another version, not from {source} to {target}")

        def register(step: Step) -> Step:
            self._steps.setdefault(source, {})[target] = step
            return step

        return register

    def new(self, **values: Any) -> State:  # Any: values of the fields
        """A state of this version from values and defaults; MigrationError when it would not be valid."""
        return self._checked(self.defaults({KEY: self.version, **values}))

    def defaults(self, state: State) -> State:
        """A copy with every missing field that has a default."""
        missing = {
            name: field.default for name, field in self.fields.items() if not field.required and name not in state
        }
        return {**copy.deepcopy(missing), **state}

    def faults(self, state: object) -> list[str]:
        """Everything that is wrong with a state of this version, a sentence each."""
        if not isinstance(state, dict):
            return [f"a state is a dictionary, not {type(state).__name__}"]
        found = [
            f"field '{name}' is missing" for name, field in self.fields.items() if field.required and name not in state
        ]
        for name, field_ in self.fields.items():
            if name in state and (fault := field_.fault(state[name])):
                found.append(f"field '{name}' {fault}")
        return found

    def adapt(self, state: State) -> State:
        """The state brought to this version, with defaults; MigrationError says which step failed or is missing."""
        if not isinstance(state, dict):
            raise MigrationError(f"a state is a dictionary, not {type(state).__name__}; see StateSchema")
        return self._checked(self.defaults(self.migrate(state, state.get(KEY, 1), self.version)))

    def migrate(self, state: State, source: int, target: int) -> State:
        """The state by the shortest chain of migrations from one version to another, unchecked; MigrationError."""
        made: Any = copy.deepcopy(state)
        for here, there in self._chain(source, target):
            try:
                made = self._steps[here][there](made)
            except Exception as error:
                raise MigrationError(f"the migration from version {here} to {there} raised {error!r}") from error
            if not isinstance(made, dict):
                kind = type(made).__name__
                raise MigrationError(f"the migration from version {here} to {there} returned {kind}, not a dictionary")
        return {**made, KEY: target}

    def changes_since(self, older: StateSchema) -> SchemaChanges:
        """What differs between two schemas."""
        was, now = older.fields, self.fields
        both = [name for name in now if name in was]
        return SchemaChanges(
            added=tuple(name for name in now if name not in was and not now[name].required),
            removed=tuple(name for name in was if name not in now),
            retyped=tuple(name for name in both if was[name].kind != now[name].kind),
            now_required=tuple(
                name for name in now if now[name].required and (name not in was or not was[name].required)
            ),
        )

    def _checked(self, state: State) -> State:
        if faults := self.faults(state):
            raise MigrationError(f"the state is not one of version {self.version}: {'; '.join(faults)}")
        return state

    def _chain(self, source: int, target: int) -> list[tuple[int, int]]:
        before: dict[int, int] = {source: source}
        queue = deque([source])
        while queue and target not in before:
            here = queue.popleft()
            for there in self._steps.get(here, {}):
                if there not in before:
                    before[there] = here
                    queue.append(there)
        if target not in before:
            raise MigrationError(
                f"no migrations lead from version {source} to {target}; write one with @schema.migration({source}, {target})"
            )
        chain: list[tuple[int, int]] = []
        while target != source:
            chain.append((before[target], target))
            target = before[target]
        return chain[::-1]


def incompatible(old: object, new: object) -> list[str]:
    """Why a state cannot take the place of another of the same worker: its type, a lost key, a tuple's length."""
    if type(old) is not type(new):
        return [f"the state was {type(old).__name__} and would be {type(new).__name__}"]
    if isinstance(old, dict) and isinstance(new, dict):
        return [f"the key {key!r} would be lost" for key in old if key not in new]
    if isinstance(old, tuple) and isinstance(new, tuple) and len(old) != len(new):
        return [f"the tuple had {len(old)} values and would have {len(new)}"]
    return []
