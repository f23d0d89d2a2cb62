"""The session's road of an edit, in one process with a real store, compile worker, reloader and tree."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel import wire
from sandbox_kernel.errors import ModuleNotFound, StartError, VersionNotFound
from sandbox_kernel.runtime import past, requests
from sandbox_kernel.runtime.edits import Installer
from sandbox_kernel.runtime.session import Session

pytestmark = pytest.mark.process

BOX = """\
from sandbox_kernel import ChildSpec, Reply, Supervisor, Worker


class Box(Worker):
    def init(self):
        return {"n": 0}

    async def handle_call(self, request, sender, state):
        if request == "slow":
            import asyncio

            await asyncio.sleep(60)
        state = {"n": state["n"] + 1}
        return Reply(state["n"], state)


def label():
    return "first"


def tree():
    return Supervisor([ChildSpec("box", Box, name="box")])
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = Session.open(tmp_path_factory.mktemp("sandbox"), namespaces=lambda: [])
    before = set(sys.modules)
    yield session
    session.close()
    for name in set(sys.modules) - before:
        sys.modules.pop(name, None)


@pytest.fixture(autouse=True)
def no_tree_left(opened: Session) -> Iterator[None]:
    yield
    for root in opened.system.tree().roots:
        opened.system.stop_process(root.ref, "shutdown")


_count = iter(range(1000))


@pytest.fixture
def name() -> str:
    """A module name that no other test of the shared session uses."""
    return f"box_{next(_count)}"


def live(session: Session, name: str) -> tuple[int, str, str]:
    """Number, what the module says, what the file says: the three must go together."""
    return session.live_number(name), sys.modules[name].label(), session.directory.read(name)


def kinds(session: Session, since: int) -> list[str]:
    return [type(event).__name__ for event in session.events.since(since) if not isinstance(event, wire.TreeChanged)]


def test_an_edit_is_live_in_store_kernel_and_file(opened: Session, name: str) -> None:
    since = opened.events.last
    first = opened.apply({name: BOX})
    second = opened.apply({name: BOX.replace("first", "second")}, author="ada", note="say it better")
    assert (True, {name: 1}) == (first.ok, first.versions)
    assert (True, {name: 2}) == (second.ok, second.versions)
    assert (2, "second", BOX.replace("first", "second")) == live(opened, name)
    version = opened.store.version(name, 2)
    assert ("ada", "say it better", "live", 1) == (version.author, version.note, version.outcome, version.parent)
    assert ["Reloaded", "Reloaded"] == kinds(opened, since)


def test_the_same_text_again_is_nothing_to_do(opened: Session, name: str) -> None:
    opened.apply({name: BOX})
    since = opened.events.last
    assert "Nothing to do" in opened.apply({name: BOX}).summary
    assert [] == kinds(opened, since)
    assert 1 == opened.store.newest(name)


def test_what_fails_at_the_last_step_undoes_all_before_it(
    opened: Session, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.apply({name: BOX})
    opened.start_tree(name)
    old = live(opened, name)
    migrating = BOX.replace("first", "second").replace(
        "    def init",
        "    def code_change(self, old_version, state, extra):\n        return {'n': 1000}\n\n    def init",
    )

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(opened.store, "accept", full)
    refused = opened.apply({name: migrating})
    monkeypatch.undo()
    assert (False, "publish") == (refused.ok, refused.stage)
    assert "no space left on device" in refused.summary
    assert old == live(opened, name)
    assert 1 == opened.system.call("box", "add")
    assert "rejected" == opened.store.version(name, 2).outcome


def test_a_busy_worker_refuses_the_reload_by_name(opened: Session, name: str) -> None:
    opened.apply({name: BOX})
    opened.start_tree(name)
    old = live(opened, name)
    installer = opened._installer
    opened._installer = Installer(opened._finder, opened._reloader, opened.system, suspend_timeout_s=0.05)
    try:
        opened.system.send("box", "hello")
        caller = opened.system.monitor("box")
        _cast_slow(opened)
        refused = opened.apply({name: BOX.replace("first", "second")})
        assert (False, "suspend") == (refused.ok, refused.stage)
        assert "worker 'box' was busy" in refused.summary
        assert old == live(opened, name)
        opened.system.demonitor(caller)
    finally:
        opened._installer = installer
        opened.system.exit("box", "kill")


def _cast_slow(session: Session) -> None:
    """A call that nobody waits for, taken before this returns."""
    from sandbox_kernel.errors import CallTimeout

    with pytest.raises(CallTimeout):
        session.system.call("box", "slow", timeout_s=0.05)


def test_several_modules_are_one_change(opened: Session, name: str) -> None:
    other = f"{name}_b"
    sources: dict[str, str | None] = {name: f"import {other}\n\ndef label():\n    return {other}.word()\n"}
    sources[other] = "def word():\n    return 'a'\n"
    assert opened.apply(sources).ok
    broken = {name: sources[name] + "\n\nX = 1\n", other: "def word():\n    return 'b'\nraise RuntimeError('no')\n"}  # type: ignore[operator]
    refused = opened.apply(broken)
    assert (False, "a") == (refused.ok, sys.modules[name].label())
    assert not hasattr(sys.modules[name], "X")
    opened.apply({other: "def word():\n    return 'c'\n"})
    assert "c" == sys.modules[name].label()
    past.undo(opened)
    past.undo(opened)
    assert name not in sys.modules
    assert other not in sys.modules
    assert not opened.directory.path_of(name).exists()
    past.redo(opened)
    assert "a" == importlib.import_module(name).label()


def test_a_file_without_versions_becomes_version_one_when_imported(opened: Session, name: str) -> None:
    opened.directory.write(name, "def label():\n    return 'from the file'\n")
    importlib.invalidate_caches()
    assert "from the file" == importlib.import_module(name).label()
    assert (1, "imported") == (opened.live_number(name), opened.store.version(name, 1).note)


def test_reload_takes_every_edited_file_and_nothing_else(opened: Session, name: str) -> None:
    opened.apply({name: BOX})
    opened.directory.write(name, BOX.replace("first", "edited"))
    assert [name] == [module.name for module in opened.snapshot().modules if module.edited]
    assert {name: 2} == opened.reload_files().versions
    assert "edited" == sys.modules[name].label()
    assert "Nothing to do" in opened.reload_files().summary


def test_a_tree_started_again_takes_its_new_children(opened: Session, name: str) -> None:
    opened.apply({name: BOX})
    opened.start_tree(name)
    box = opened.system.whereis("box")
    more = BOX.replace('name="box")', 'name="box"), ChildSpec("lid", Box, name="lid")')
    opened.apply({name: more})
    (root,) = opened.start_tree(f"{name}:tree").roots
    assert ["box", "lid"] == [child.id for child in root.children]
    assert box == opened.system.whereis("box")


@pytest.mark.parametrize(
    ("request_", "error", "text"),
    [
        (wire.GetHistory(module="nothing"), "ModuleNotFound", "this sandbox has no module 'nothing'"),
        (wire.RollBack(module="nothing", number=1), "ModuleNotFound", "no module 'nothing'"),
        (wire.ApplyModules(sources={}), "ValueError", "there is nothing to apply"),
        (wire.ApplyModules(sources={"a b": "x = 1"}), "ValueError", "'a b' cannot be a module's name"),
        (wire.ApplyModules(sources={"ok": ""}), "ValueError", "the source of 'ok' is empty"),
        (wire.ApplyModules(sources={"ok": "x" * 5_000_000}), "ValueError", "5.0 MB; a module may have 1 MB"),
        (wire.StartTree(target="nothing"), "ModuleNotFound", "no module 'nothing'"),
        (wire.CheckModule(module="json", source="x = 1"), "ValueError", "would hide Python's own module"),
    ],
)
def test_bad_requests_get_one_sentence(opened: Session, request_: Any, error: str, text: str) -> None:
    reply = requests.handle(opened, request_)
    assert isinstance(reply, wire.Failure)
    assert error == reply.error
    assert text in reply.message


def test_unknown_versions_and_trees_raise(opened: Session, name: str) -> None:
    opened.apply({name: "x = 1\n"})
    with pytest.raises(VersionNotFound, match=f"version 9 of '{name}' does not exist; the newest is 1"):
        opened.roll_back(name, 9)
    with pytest.raises(ModuleNotFound):
        opened.roll_back("nothing", 1)
    with pytest.raises(StartError, match="has no function 'grow'"):
        opened.start_tree(f"{name}:grow")
    with pytest.raises(ValueError, match="no state was saved with version 1"):
        opened.roll_back(name, 1, with_state=True)


def test_a_second_kernel_in_the_same_directory_is_told_who_has_it(opened: Session) -> None:
    with pytest.raises(StartError, match="is in use by another kernel"):
        Session.open(opened.directory.root, namespaces=lambda: [])


def test_what_was_live_comes_back_and_what_fails_is_noted(tmp_path: Path, name: str) -> None:
    flag = tmp_path / "broken"
    fragile = f"import pathlib\nif pathlib.Path({str(flag)!r}).exists():\n    raise RuntimeError('not now')\n"
    first = Session.open(tmp_path / "box", namespaces=lambda: [])
    first.apply({f"{name}_a": fragile})
    first.apply({f"{name}_b": BOX})
    first.start_tree(f"{name}_b")
    first.close()
    for module in (f"{name}_a", f"{name}_b"):
        del sys.modules[module]
    flag.touch()
    second = Session.open(tmp_path / "box", namespaces=lambda: [])
    try:
        assert [f"{name}_b"] == [module.__name__ for module in second.restore()]
        assert [f"'{name}_a' did not come back: RuntimeError: not now"] == second.notices
        assert 1 == second.system.call("box", "add")
    finally:
        second.close()
        sys.modules.pop(f"{name}_b", None)
