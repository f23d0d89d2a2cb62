from __future__ import annotations

import pytest

from sandbox_kernel.runtime.outflow import hold_back


class Stream:
    def __init__(self) -> None:
        self.events: list[str] = []

    def write(self, text: str) -> int | None:
        self.events.append(text)
        return len(text)

    def flush(self) -> None:
        self.events.append("flush")


def test_whoever_prints_more_than_can_wait_waits() -> None:
    stream = Stream()
    hold_back(stream, most=6)
    assert [3, 3, 2] == [stream.write("abc"), stream.write("def"), stream.write("gh")]
    assert ["abc", "def", "flush", "gh"] == stream.events


def test_what_is_no_text_is_refused_as_before() -> None:
    stream = Stream()
    hold_back(stream)
    with pytest.raises(TypeError):
        stream.write(7)  # type: ignore[arg-type]  # wrong on purpose
