from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel import spool as desk
from sandbox_kernel.seat import spool
from sandbox_kernel.seat.outbox import Outbox
from sandbox_kernel.wire_class import Decided, Opened


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    made = Outbox(tmp_path / "outbox.sqlite", lambda: 7.0)
    yield made
    made.close()


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(desk.VARIABLE, "1")
    return tmp_path / "files" / "sandboxes" / "till"


def test_what_the_desk_tells_is_fetched_once(sandbox: Path, outbox: Outbox) -> None:
    desk.tell(sandbox, "opened", lesson="till", version="1.0.0")
    assert 1 == spool.collect([sandbox], outbox)
    assert 0 == spool.collect([sandbox], outbox)
    assert [Opened("till", "1.0.0")] == [event.what for event in outbox.oldest()]


def test_outside_a_classroom_the_desk_tells_nothing(sandbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(desk.VARIABLE)
    desk.tell(sandbox, "opened", lesson="till")
    assert not sandbox.exists()


def test_an_event_that_was_stored_but_not_removed_is_not_doubled(sandbox: Path, outbox: Outbox) -> None:
    desk.tell(sandbox, "opened", lesson="till")
    (file,) = (sandbox / spool.PLACE).iterdir()
    text = file.read_text()
    spool.collect([sandbox], outbox)
    file.write_text(text)
    spool.collect([sandbox], outbox)
    assert 1 == outbox.waiting()


def test_events_survive_until_they_were_sent(tmp_path: Path, outbox: Outbox) -> None:
    outbox.put(Opened("till"), "k")
    again = Outbox(tmp_path / "outbox.sqlite")
    assert ["k"] == [event.key for event in again.oldest()]
    again.sent(["k"])
    assert 0 == outbox.waiting()
    again.close()


@pytest.mark.parametrize(
    "content",
    [
        b"no json",
        b'{"type": "fixed", "revision": 1, "lesson": "till", "outcome": "applied", "detail": ""}',
        b'{"type": "decided", "suggestion": 1, "accepted": true}',
        b'{"type": "opened"}',
        b"[" * 100_000,
        b'{"type": "opened", "lesson": "' + b"x" * 300_000 + b'"}',
    ],
)
def test_what_a_sandbox_may_not_say_is_dropped(sandbox: Path, outbox: Outbox, content: bytes) -> None:
    place = sandbox / spool.PLACE
    place.mkdir(parents=True)
    (place / "1.json").write_bytes(content)
    assert 0 == spool.collect([sandbox], outbox)
    assert (0, []) == (outbox.waiting(), list(place.glob("*.json")))


def test_links_out_of_the_sandbox_are_neither_read_nor_removed(tmp_path: Path, sandbox: Path, outbox: Outbox) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"type": "opened", "lesson": "stolen"}))
    place = sandbox / spool.PLACE
    place.mkdir(parents=True)
    (place / "1.json").symlink_to(secret)
    os.link(secret, place / "2.json")
    (place / "3.json").mkdir()
    assert 0 == spool.collect([sandbox], outbox)
    assert secret.exists()
    other = tmp_path / "files" / "sandboxes" / "other"
    (other / ".sandbox").mkdir(parents=True)
    (other / spool.PLACE).symlink_to(tmp_path)
    assert 0 == spool.collect([other], outbox)
    assert secret.exists()


def test_sandboxes_are_found_where_notebooks_lie(tmp_path: Path) -> None:
    for place in ("sandboxes/a", "week1/sandboxes/b", "sandboxes/a/sandboxes/c"):
        (tmp_path / place).mkdir(parents=True)
    assert {"a", "b"} == {path.name for path in spool.sandboxes_below(tmp_path)}


def test_the_server_itself_may_say_more(outbox: Outbox) -> None:
    outbox.put(Decided(3, True))
    assert [Decided(3, True)] == [event.what for event in outbox.oldest()]
