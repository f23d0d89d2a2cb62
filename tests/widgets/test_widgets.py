"""The widgets' Python side, with the real front end's messages."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from sandbox_kernel import wire
from sandbox_kernel.runtime import bundle
from sandbox_kernel.runtime.widgets import Link, ModuleEditor

TEXT = "total = 0\n"


class Kept:
    """Answers for one module with one version, and remembers whom to tell of events."""

    def __init__(self) -> None:
        self.listeners: list[Callable[[wire.AnyEvent], None]] = []

    def handle(self, request: wire.Request) -> wire.Reply:
        match request:
            case wire.GetHistory(module="till"):
                return wire.History(module="till", live=1, versions=[], total=1)
            case wire.GetSource(module="till"):
                return wire.Source(module="till", number=1, text=TEXT)
            case wire.CheckModule():
                raise RuntimeError("the compiler is gone")
        return wire.Failure(error="ModuleNotFound", message="this sandbox has no such module")

    def subscribe(self, listener: Callable[[wire.AnyEvent], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    messages: list[Any] = []
    monkeypatch.setattr(ModuleEditor, "send", lambda self, content, buffers=None: messages.append((content, buffers)))
    return messages


def test_an_editor_shows_the_saved_text_and_the_live_version(kept: Kept) -> None:
    editor = ModuleEditor("till", link=Link(kept.handle), height=200)
    assert ("till", TEXT, 1, "200px", "ModuleEditor") == (
        editor.module,
        editor.source,
        editor.version,
        editor.height,
        editor.view,
    )


def test_an_editor_of_a_new_module_starts_empty(kept: Kept) -> None:
    editor = ModuleEditor("basket", link=Link(kept.handle))
    assert ("", 0) == (editor.source, editor.version)


def test_a_given_text_is_shown_instead_of_the_saved_one(kept: Kept) -> None:
    assert "x = 1" == ModuleEditor("till", "x = 1", link=Link(kept.handle)).source


@pytest.mark.parametrize("name", ["", "two words", "till.py", "3d"])
def test_a_name_that_no_module_can_have_is_refused(name: str, kept: Kept) -> None:
    with pytest.raises(ValueError, match="cannot name a module"):
        ModuleEditor(name, link=Link(kept.handle))


def test_a_request_is_answered_with_its_id(kept: Kept, sent: list[Any]) -> None:
    editor = ModuleEditor("till", link=Link(kept.handle))
    editor._receive(editor, {"id": "a1", "request": {"type": "GetSource", "module": "till", "number": 1}}, [])
    reply = {"type": "Source", "module": "till", "number": 1, "text": TEXT}
    assert [({"id": "a1", "reply": reply}, None)] == sent


def test_a_request_that_nobody_understands_is_answered_too(kept: Kept, sent: list[Any]) -> None:
    editor = ModuleEditor("till", link=Link(kept.handle))
    editor._receive(editor, {"id": "a1", "request": {"type": "Nonsense"}}, [])
    assert ["WireError"] == [content["reply"]["error"] for content, _ in sent]


def test_a_handler_that_raises_is_answered_as_a_failure(kept: Kept, sent: list[Any]) -> None:
    editor = ModuleEditor("till", link=Link(kept.handle))
    editor._receive(editor, {"id": "a1", "request": {"type": "CheckModule", "module": "till", "source": ""}}, [])
    failure = {"type": "Failure", "error": "RuntimeError", "message": "the compiler is gone"}
    assert [({"id": "a1", "reply": failure}, None)] == sent


def test_a_page_without_the_bundle_gets_it_from_the_kernel(kept: Kept, sent: list[Any]) -> None:
    editor = ModuleEditor("till", link=Link(kept.handle))
    editor._receive(editor, {"bundle": "abc"}, [])
    ((content, buffers),) = sent
    assert ({"bundle": "abc"}, bundle.BUNDLE.read_bytes()) == (content, gzip.decompress(buffers[0]))


def test_an_editor_hears_of_reloads_until_it_is_closed(kept: Kept, sent: list[Any]) -> None:
    editor = ModuleEditor("till", link=Link(kept.handle, kept.subscribe))
    (listener,) = kept.listeners
    listener(wire.TreeChanged(reason="started"))
    listener(wire.Reloaded(kind="reload", summary="", versions={"till": 2}))
    assert ["Reloaded"] == [content["event"]["type"] for content, _ in sent]
    editor.close()
    assert [] == kept.listeners
