"""A host's own function migrates the workers' states inside the transaction, upwards and downwards."""

from __future__ import annotations

import base64
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import pytest

from sandbox_kernel import wire
from sandbox_kernel.errors import ReloadError
from sandbox_kernel.runtime import requests, state_handler
from sandbox_kernel.runtime.session import Session

pytestmark = pytest.mark.process

JAR = """\
from sandbox_kernel import ChildSpec, Reply, Supervisor, Worker


class Jar(Worker):
    def init(self):
        return {"n": 4, "lids": []}

    def handle_call(self, request, sender, state):
        return Reply(state, state)


def tree():
    return Supervisor([ChildSpec("jar", Jar, name="jar")])
"""
LARGER = JAR.replace("Reply(state, state)", 'Reply(("larger", state), state)')
ASKED = LARGER.replace(
    "    def init", "    def code_change(self, old_version, state, extra):\n        return 'asked'\n\n    def init"
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = Session.open(tmp_path_factory.mktemp("jars"), namespaces=lambda: [])
    yield session
    session.close()
    sys.modules.pop("jars", None)


@pytest.fixture(autouse=True)
def jar(opened: Session) -> Iterator[None]:
    opened.apply({"jars": JAR})
    opened.start_tree("jars:tree")
    yield
    stop_trees(opened)


def stop_trees(session: Session) -> None:
    for root in session.system.tree().roots:
        session.system.stop_process(root.ref, "shutdown")


def packed(handler: Callable[..., object]) -> str:
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    try:
        return base64.b85encode(cloudpickle.dumps(handler)).decode()
    finally:
        cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


def reload(session: Session, source: str, handler: Callable[..., object]) -> wire.Applied:
    reply = requests.handle(session, wire.ApplyModules(sources={"jars": source}, state_handler=packed(handler)))
    assert isinstance(reply, wire.Applied)
    return reply


def roll_back(session: Session, number: int, handler: Callable[..., object]) -> wire.Applied:
    reply = requests.handle(session, wire.RollBack(module="jars", number=number, state_handler=packed(handler)))
    assert isinstance(reply, wire.Applied)
    return reply


def told(state: Any, old: int, new: int) -> dict[str, Any]:
    return {"n": state["n"] * 10, "from": old, "to": new}


def test_it_is_told_both_versions_and_takes_the_place_of_code_change(opened: Session) -> None:
    applied = reload(opened, ASKED, told)
    expected = {"n": 40, "from": 1, "to": applied.versions["jars"]}
    assert ("larger", expected) == opened.system.call("jar", "state")
    assert ("jar", "migrated", "by the host's state_handler") in [
        (each.name, each.action, each.reason) for each in applied.objects
    ]


def test_a_rollback_asks_it_too(opened: Session) -> None:
    number = opened.apply({"jars": LARGER}).versions["jars"]
    applied = roll_back(opened, 1, told)
    assert {"jars": 1} == applied.versions
    assert {"n": 40, "from": number, "to": 1} == opened.system.call("jar", "state")


@pytest.mark.parametrize("raised", [KeyError, SystemExit, KeyboardInterrupt])
def test_when_it_raises_code_and_state_are_as_before(opened: Session, raised: type[BaseException]) -> None:
    def spoil(state: Any, old: int, new: int) -> None:
        state["lids"].append("spoilt")
        state.clear()
        raise raised("cents")

    refused = reload(opened, LARGER, spoil)
    assert (False, "migrate") == (refused.ok, refused.stage)
    assert f"the state_handler raised {raised.__name__}" in refused.summary
    assert "for the state of 'jar'; mend it and reload again" in refused.summary
    assert {"n": 4, "lids": []} == opened.system.call("jar", "state")
    assert 1 == opened.live_number("jars")


def test_what_fails_after_it_gives_the_old_state_back(opened: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(opened.store, "accept", full)
    refused = reload(opened, LARGER, told)
    monkeypatch.undo()
    assert (False, "publish") == (refused.ok, refused.stage)
    assert {"n": 4, "lids": []} == opened.system.call("jar", "state")


def test_one_that_does_not_end_is_given_up(opened: Session) -> None:
    never = threading.Event()
    worker = opened.system.workers_of(["jars"])[0]
    with pytest.raises(ReloadError, match=r"took longer than 0\.01 s for the state of 'jar'; make it quicker"):
        state_handler.new_state(lambda *_: never.wait(), worker, {}, (1, 2), 0.01)
    never.set()


def test_a_state_that_cannot_be_copied_is_refused(opened: Session) -> None:
    worker = opened.system.workers_of(["jars"])[0]
    with pytest.raises(ReloadError, match="the state of 'jar' cannot be copied for the state_handler"):
        state_handler.new_state(told, worker, threading.Lock(), (1, 2), 1.0)


def test_what_cannot_be_loaded_is_told_and_changes_nothing(opened: Session) -> None:
    reply = requests.handle(opened, wire.ApplyModules(sources={"jars": LARGER}, state_handler="c$|"))
    assert isinstance(reply, wire.Failure)
    assert ("ReloadError", True) == (reply.error, "cannot be loaded in the sandbox" in reply.message)
    assert 1 == opened.live_number("jars")


def test_without_cloudpickle_in_the_kernel_the_answer_says_what_to_do(
    opened: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    reply = requests.handle(opened, wire.ApplyModules(sources={"jars": LARGER}, state_handler="x"))
    assert isinstance(reply, wire.Failure)
    assert "the sandbox's Python has no cloudpickle" in reply.message
    assert "install cloudpickle there, or give the worker a code_change" in reply.message


def test_a_worker_process_is_handed_over_as_well(opened: Session) -> None:
    source = JAR.replace("class Jar(Worker):", 'class Jar(Worker):\n    kind = "process"\n')
    opened.apply({"jars": source})
    stop_trees(opened)
    opened.start_tree("jars:tree")
    assert {"n": 4, "lids": []} == opened.system.call("jar", "state")
    reload(opened, source.replace("Reply(state, state)", 'Reply(["new", state["n"]], state)'), told)
    assert ["new", 40] == opened.system.call("jar", "state")


def test_an_edit_beside_the_class_asks_it_as_well(opened: Session) -> None:
    applied = reload(opened, JAR + "\nX = 1\n", told)
    assert {"n": 40, "from": 1, "to": applied.versions["jars"]} == opened.system.call("jar", "state")
