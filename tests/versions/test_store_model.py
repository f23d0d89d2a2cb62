"""The store against a model of dictionaries, under random sequences of everything it can do, reopening included."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from sandbox_kernel.versions.store import VersionStore

# The store syncs every commit; what is tested here is not the disk.
FAST = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
MODULES = st.sampled_from(["cart", "shop", "tax"])
TEXTS = st.sampled_from(["", "x = 1\n", "x = 2\n", "x = 3\n", "y = '🐍'\n"])
SOURCES = st.dictionaries(MODULES, TEXTS, min_size=1, max_size=3)


@dataclass
class Model:
    """What is known to be true: texts by number, what is live, and the line of undo."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    live: dict[str, int] = field(default_factory=dict)
    accepted: set[tuple[str, int]] = field(default_factory=set)
    done: list[tuple[dict[str, int], dict[str, int]]] = field(default_factory=list)
    undone: list[tuple[dict[str, int], dict[str, int]]] = field(default_factory=list)

    def number(self, module: str, text: str) -> int:
        texts = self.texts.setdefault(module, [])
        if text not in texts:
            texts.append(text)
        return texts.index(text) + 1

    def make_live(self, numbers: dict[str, int]) -> dict[str, int]:
        before = {module: self.live.get(module, 0) for module in numbers}
        self.live |= numbers
        self.live = {module: number for module, number in self.live.items() if number}
        self.accepted |= {(module, number) for module, number in numbers.items() if number}
        return before


class StoreMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(dir=FAST)
        self.path = Path(self.directory.name)
        self.store = VersionStore.open(self.path)
        self.model = Model()

    def teardown(self) -> None:
        self.store.close()
        self.directory.cleanup()

    @rule(sources=SOURCES)
    def accept(self, sources: dict[str, str]) -> None:
        change = self.store.accept(self.store.stage(sources, kind="reload").id)
        numbers = {module: self.model.number(module, text) for module, text in sources.items()}
        before = self.model.make_live(numbers)
        assert (numbers, before) == (change.versions, change.before)
        if numbers != before:
            self.model.done.append((numbers, before))
            self.model.undone.clear()

    @rule(sources=SOURCES)
    def reject(self, sources: dict[str, str]) -> None:
        change = self.store.reject(self.store.stage(sources, kind="reload").id, stage="compile", reason="no")
        assert {module: self.model.number(module, text) for module, text in sources.items()} == change.versions

    @precondition(lambda self: self.model.live)
    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        module = data.draw(st.sampled_from(sorted(self.model.live)))
        self.store.accept(self.store.stage({module: None}, kind="reload").id)
        numbers = {module: 0}
        self.model.done.append((numbers, self.model.make_live(numbers)))
        self.model.undone.clear()

    @rule(sources=SOURCES)
    def die_undecided(self, sources: dict[str, str]) -> None:
        self.store.stage(sources, kind="reload")
        for module, text in sources.items():
            self.model.number(module, text)
        self.reopen()

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = VersionStore.open(self.path)

    @rule()
    def move_house(self) -> None:
        """Export, import elsewhere, go on there."""
        self.store.export_history(self.path / "history.jsonl")
        self.store.close()
        for file in self.path.glob("versions.db*"):
            file.unlink()
        self.store = VersionStore.open(self.path)
        self.store.import_history(self.path / "history.jsonl")

    @rule()
    def undo(self) -> None:
        step = self.store.undo_step()
        assert bool(self.model.done) == (step is not None)
        if step is not None:
            numbers, before = self.model.done.pop()
            assert before == step.versions
            self.store.accept(self.store.stage(step.sources, kind="undo", target=step.target).id)
            self.model.make_live(before)
            self.model.undone.append((numbers, before))

    @rule()
    def redo(self) -> None:
        step = self.store.redo_step()
        assert bool(self.model.undone) == (step is not None)
        if step is not None:
            numbers, before = self.model.undone.pop()
            assert numbers == step.versions
            self.store.accept(self.store.stage(step.sources, kind="redo", target=step.target).id)
            self.model.make_live(numbers)
            self.model.done.append((numbers, before))

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        assert self.model.live == {module: version.number for module, version in self.store.live().items()}
        assert sorted(self.model.texts) == self.store.modules()
        for module, texts in self.model.texts.items():
            history = self.store.history(module)[::-1]
            assert texts == [version.source for version in history]
            for version in history:
                was_live = (module, version.number) in self.model.accepted
                now = (
                    "live" if self.model.live.get(module) == version.number else "accepted" if was_live else "rejected"
                )
                assert now == version.outcome


def test_the_store_does_what_the_model_does() -> None:
    run_state_machine_as_test(StoreMachine, settings=settings(max_examples=5, stateful_step_count=15))


@pytest.mark.soak
def test_the_store_does_what_the_model_does_at_length() -> None:
    run_state_machine_as_test(
        StoreMachine, settings=settings(max_examples=300, stateful_step_count=50, derandomize=False)
    )
