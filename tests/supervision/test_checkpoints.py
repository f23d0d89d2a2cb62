"""States that outlive the process."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.errors import CallError, StartError
from sandbox_kernel.supervision.checkpoints import FileCheckpoints
from sandbox_kernel.supervision.events import CheckpointFailed
from sandbox_kernel.supervision.plain_state import NotPlainError, decode, encode
from sandbox_kernel.supervision.spec import ChildSpec, SpecError, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import NoReply, Reply, Worker


@dataclass
class Cart:
    items: list[tuple[str, int]] = field(default_factory=list)
    owner: str = "nobody"


STATES: list[Any] = [
    None,
    [1, 2.5, "x", True],
    {"a": (1, 2), "b": {3}},
    {1: "one", (2, 3): b"bytes", "$": 4},
    Cart([("tea", 2)], "ann"),
    frozenset({1, 2}),
]


@pytest.mark.parametrize("state", STATES, ids=repr)
def test_plain_state_comes_back_as_it_was(state: Any) -> None:
    assert state == decode(encode(state))


def test_what_cannot_be_saved_is_named_with_its_place() -> None:
    with pytest.raises(NotPlainError, match=r"the state\['a'\]\[1\] is a lock"):
        encode({"a": [1, threading.Lock()]})


class Till(Worker):
    checkpoint = 1e-9
    vsn = 1

    def handle_call(self, request: Any, sender: Any, cart: Cart) -> Any:
        if request == "crash":
            raise ValueError("boom")
        if request is not None:
            cart.items.append((request, 1))
        return Reply(cart, cart)

    def handle_cast(self, message: Any, cart: Cart) -> NoReply:
        return NoReply(cart)

    def code_change(self, old_version: Any, state: Any, extra: Any) -> Any:
        return Cart([*state.items, ("migrated from", old_version)], state.owner)


class Fresh(Till):
    def init(self) -> Cart:
        return Cart()


def run(store: Any, *requests: Any, cls: type[Worker] = Till, state: Any = None) -> tuple[Any, list[Any]]:
    """A whole life of a system: what the till has after these requests, and what went wrong."""
    events: list[Any] = []
    with System(events=events.append, checkpoints=store) as system:
        system.start_supervisor(Supervisor([ChildSpec("till", cls, (state or Cart(),), name="till")]))
        for request in requests:
            system.call("till", request)
        found = system.call("till", None)
    return found, [event.reason for event in events if isinstance(event, CheckpointFailed)]


def test_a_new_process_takes_the_state_up(tmp_path: Path) -> None:
    store = FileCheckpoints(tmp_path)
    run(store, "tea", "milk")
    assert (Cart([("tea", 1), ("milk", 1)]), []) == run(store)


def test_another_version_of_the_code_migrates_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileCheckpoints(tmp_path)
    run(store, "tea")
    monkeypatch.setattr(Till, "vsn", 2)
    assert Cart([("tea", 1), ("migrated from", 1)]) == run(store)[0]


def test_a_restart_after_a_crash_begins_afresh(tmp_path: Path) -> None:
    with System(checkpoints=FileCheckpoints(tmp_path)) as system:
        top = system.start_supervisor(Supervisor([ChildSpec("till", Fresh, name="till")]))
        system.call("till", "tea")
        with pytest.raises(CallError, match="boom"):
            system.call("till", "crash")
        system.which_children(top)  # answered after the restart
        assert Cart() == system.call("till", None)


def test_the_state_is_saved_while_the_worker_runs(tmp_path: Path) -> None:
    """What a killed process leaves behind is what the last save wrote."""
    saved = threading.Event()

    class Store(FileCheckpoints):
        def save(self, worker: str, version: Any, data: bytes) -> None:
            super().save(worker, version, data)
            if b"tea" in data:
                saved.set()

    with System(checkpoints=Store(tmp_path)) as system:
        system.start_worker(Till, Cart(), name="till")
        system.call("till", "tea")
        assert saved.wait(5)
        assert (1, Cart([("tea", 1)])) == (lambda v, d: (v, decode(d)))(
            *FileCheckpoints(tmp_path).load("till") or (0, b"")
        )


def test_what_cannot_be_saved_is_refused_at_the_start(tmp_path: Path) -> None:
    with System(checkpoints=FileCheckpoints(tmp_path)) as system:
        with pytest.raises(StartError, match="the state is a lock, which cannot be saved"):
            system.start_worker(Till, threading.Lock(), name="till")
        assert None is system.whereis("till")


def test_a_store_that_fails_does_not_keep_the_worker_from_running() -> None:
    class Broken:
        def load(self, worker: str) -> Any:
            raise OSError("the disk is gone")

        def save(self, worker: str, version: Any, data: bytes) -> None:
            raise OSError("the disk is gone")

    found, reasons = run(Broken(), "tea")
    assert Cart([("tea", 1)]) == found
    assert [
        "its saved state was not taken up: the disk is gone",
        "its state was not saved: the disk is gone",
    ] == reasons


def test_checkpoints_without_a_name_or_of_a_process_worker_are_refused_where_declared() -> None:
    class Apart(Till):
        kind = "process"

    for declare in (lambda: ChildSpec("till", Till), lambda: ChildSpec("till", Apart, name="till")):
        with pytest.raises(SpecError, match="checkpoints"):
            declare()
