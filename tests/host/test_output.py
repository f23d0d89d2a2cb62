"""What a run printed and gave, bounded, whatever the kernel sends."""

from __future__ import annotations

import json

import pytest

from sandbox_kernel.errors import ExecutionError, LimitExceeded
from sandbox_kernel.host.output import Output, RunResult


def result_of(*messages: tuple[str, dict[str, object]], limit_bytes: int = 10_000) -> RunResult:
    output = Output(limit_bytes)
    for kind, content in messages:
        output.add(kind, content, len(json.dumps(content)))
    return output.result(None, 1.5)


def test_streams_values_and_displays_are_kept_apart() -> None:
    result = result_of(
        ("stream", {"name": "stdout", "text": "a"}),
        ("stream", {"name": "stderr", "text": "b"}),
        ("stream", {"name": "stdout", "text": "c"}),
        ("display_data", {"data": {"text/html": "<b>"}}),
        ("execute_result", {"data": {"text/plain": "7"}}),
    )
    expected = RunResult({"text/plain": "7"}, "ac", "b", ({"text/html": "<b>"},), None, 1.5)
    assert (expected, "7", True) == (result, result.text, result.ok)


def test_an_error_is_in_the_result_and_can_be_raised() -> None:
    result = result_of(("error", {"ename": "ValueError", "evalue": "no", "traceback": ["one", "two"]}))
    with pytest.raises(ExecutionError, match="ValueError: no") as caught:
        result.raise_for_error()
    assert (("one", "two"), False) == (caught.value.traceback, result.ok)


def test_output_beyond_the_limit_is_cut_and_told() -> None:
    output = Output(100)
    output.add("stream", {"name": "stdout", "text": "x" * 1000}, 1020)
    output.add("stream", {"name": "stdout", "text": "y"}, 20)
    assert ("x" * 100, True) == (output.result(None, 0).stdout, output.full.is_set())


def test_an_error_is_still_taken_when_the_output_is_full() -> None:
    output = Output(10)
    output.add("stream", {"name": "stdout", "text": "x" * 50}, 50)
    output.add("error", {"ename": "KeyboardInterrupt", "evalue": ""}, 50)
    assert "KeyboardInterrupt" == str(output.result(None, 0).error)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {}),
        ("stream", {"name": ["stdout"], "text": "x"}),
        ("stream", {"name": "other", "text": "x"}),
        ("execute_result", {"data": "text"}),
        ("display_data", {}),
        ("comm_open", {"data": {}}),
        ("nonsense", {}),
    ],
)
def test_what_is_not_as_the_protocol_says_is_left_out(kind: str, content: dict[str, object]) -> None:
    assert RunResult({}, "", "", (), None, 1.5) == result_of((kind, content))


def test_each_piece_of_text_is_passed_on_as_it_comes() -> None:
    seen: list[tuple[str, str]] = []
    output = Output(on_text=lambda stream, text: seen.append((stream, text)))
    output.add("stream", {"name": "stdout", "text": "a"}, 1)
    output.add("stream", {"name": "stderr", "text": "b"}, 1)
    assert [("stdout", "a"), ("stderr", "b")] == seen


def test_a_result_is_plain_json() -> None:
    limit = LimitExceeded("wall_seconds", 1.0, "too long")
    data = json.loads(json.dumps(Output().result(limit, 2.0).to_json()))
    assert {"error": "LimitExceeded", "message": "too long"} == data["error"]
    raised = result_of(("error", {"ename": "E", "evalue": "v", "traceback": ["line"]})).to_json()
    assert {"error": "ExecutionError", "message": "E: v", "traceback": "line"} == raised["error"]
