"""One process for many requests: each has a child of its own, and whoever asks can end it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.prepared import Ended, Prepared

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="there is no such process elsewhere"),
]

PROGRAM = """
import os, time
from sandbox_kernel import prepared
kept = []
def answer(request):
    kept.append(request["text"])
    if request["text"] == "fail":
        raise ValueError("no such thing")
    if request["text"] == "end":
        os._exit(1)
    while request["text"] == "wait":
        time.sleep(1)
    return {"kept": kept, "pid": os.getpid(), "parent": os.getppid(), "ready": ready}
ready = []
prepared.serve(prepared.handed_over(), answer, lambda: ready.append(True))
"""


@pytest.fixture
def kept() -> Iterator[Prepared]:
    process = Prepared([sys.executable, "-c", PROGRAM])
    yield process
    process.close()


def test_each_request_has_a_process_of_its_own(kept: Prepared) -> None:
    answers = [kept.ask({"text": text}, 60) for text in ("one", "two", "x" * 1_000_000)]
    assert [["one"], ["two"], ["x" * 1_000_000]] == [answer["kept"] for answer in answers]
    assert 3 == len({answer["pid"] for answer in answers})
    assert {kept.process.pid} == {answer["parent"] for answer in answers}


def test_what_is_prepared_is_there_for_later_requests(kept: Prepared) -> None:
    assert [] == kept.ask({"text": "first"}, 60)["ready"]
    while not kept.ask({"text": "later"}, 60)["ready"]:
        pass


def test_a_request_that_fails_says_why_and_harms_no_other(kept: Prepared) -> None:
    with pytest.raises(Ended, match="ValueError: no such thing"):
        kept.ask({"text": "fail"}, 60)
    with pytest.raises(Ended, match="without an answer"):
        kept.ask({"text": "end"}, 60)
    assert ["one"] == kept.ask({"text": "one"}, 60)["kept"]


def test_who_does_not_answer_in_time_is_ended(kept: Prepared) -> None:
    kept.ask({"text": "one"}, 60)
    with pytest.raises(TimeoutError):
        kept.ask({"text": "wait"}, 0.5)
    children = f"/proc/{kept.process.pid}/task/{kept.process.pid}/children"
    while Path(children).read_text():
        pass
    assert ["two"] == kept.ask({"text": "two"}, 60)["kept"]


def test_nobody_can_be_asked_who_has_ended(kept: Prepared) -> None:
    kept.process.kill()
    kept.process.wait()
    assert not kept.is_alive
    with pytest.raises(Ended):
        kept.ask({"text": "one"}, 60)
