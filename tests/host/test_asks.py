"""Bad input gets one clear sentence, before any kernel is asked."""

from __future__ import annotations

import base64
import sys
import threading
from pathlib import Path

import cloudpickle
import pytest

from sandbox_kernel import errors, wire
from sandbox_kernel.host import asks


@pytest.mark.parametrize("name", ["till", "a", "Till-2.b_c", "7"])
def test_names_that_are_taken(name: str) -> None:
    assert name == asks.check_name(name)


@pytest.mark.parametrize("name", ["", " ", "../up", "-x", ".hidden", "a/b", "a b", "ä", "x" * 65, None, 3])
def test_names_that_are_refused(name: object) -> None:
    with pytest.raises(ValueError, match="is no name for a sandbox; use 1 to 64 letters"):
        asks.check_name(name)


@pytest.mark.parametrize("module", ["", "1a", "a-b", "a..b", ".a", "a b", "class", "a.def", None])
def test_module_names_that_are_no_identifiers_are_refused(module: object) -> None:
    with pytest.raises(ValueError, match="is no module name; use Python names such as 'till'"):
        asks.check_module(module)


def test_a_source_of_5_mb_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the source of 'till' has 5,000,000 bytes and at most 1,048,576 are taken"):
        asks.check_source("till", "x" * 5_000_000)


def test_a_source_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "till.py").write_text("x = 1\n")
    assert "x = 1\n" == asks.check_source("till", tmp_path / "till.py")


def test_a_source_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"the source of 'till' must be a text or a pathlib\.Path, not bytes"):
        asks.check_source("till", b"x = 1")


def test_nothing_to_load_is_refused() -> None:
    with pytest.raises(ValueError, match="there is nothing to load"):
        asks.check_sources({})


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf"), True, "3", None])
def test_a_timeout_is_a_positive_number(timeout_s: float) -> None:
    with pytest.raises(ValueError, match="a timeout is a positive number of seconds"):
        asks.check_timeout(timeout_s)


@pytest.mark.parametrize("target", ["till", "till:", ":root", "till:root()", "till.tree:1"])
def test_a_supervisor_is_named_by_module_and_function(target: str) -> None:
    with pytest.raises(ValueError, match=r"write 'module:function'|is no module name"):
        asks.check_target(target)


def test_a_function_travels_in_as_code() -> None:
    namespace: dict[str, object] = {}
    exec(f"result = {asks.check_code(lambda: 6 * 7)}", namespace)
    assert 42 == namespace["result"]


def test_code_that_is_neither_text_nor_function_is_refused() -> None:
    with pytest.raises(TypeError, match="run takes code as text or a function without arguments, not int"):
        asks.check_code(5)  # type: ignore[arg-type]  # the point of the test


def test_a_failure_is_raised_as_the_error_it_names() -> None:
    failure = wire.Failure(error="VersionNotFound", message="version 7 of 'till' does not exist; the newest is 2")
    with pytest.raises(errors.VersionNotFound, match=r"version 7 of 'till' does not exist; the newest is 2") as caught:
        asks.expect(failure, wire.Applied, wire.RollBack(module="till", number=7))
    assert ("till", 7) == (caught.value.module, caught.value.number)


@pytest.mark.parametrize("name", ["KeyError", "annotations", "nothing of ours", "__name__"])
def test_a_failure_that_names_no_error_of_ours_is_a_sandbox_error(name: str) -> None:
    error = asks.error_of(wire.Failure(error=name, message="odd"), wire.GetTree())
    assert (errors.SandboxError, "odd") == (type(error), str(error))


def test_an_answer_of_another_kind_is_a_wire_error() -> None:
    with pytest.raises(errors.WireError, match="a GetTree was answered by a Source"):
        asks.expect(wire.Source(module="till", number=1, text=""), wire.Tree, wire.GetTree())


@pytest.mark.parametrize(
    ("stage", "kind"),
    [
        ("compile", errors.CompileError),
        ("import", errors.CompileError),
        ("migrate", errors.MigrationError),
        ("plan", errors.ReloadError),
        ("commit", errors.ReloadError),
    ],
)
def test_a_refused_change_is_raised_as_the_stage_says(stage: str, kind: type[errors.SandboxError]) -> None:
    problem = wire.Problem(severity="error", message="no", module="till")
    applied = wire.Applied(ok=False, summary="refused: no", versions={}, problems=[problem], stage=stage)
    error = asks.refusal_of(applied)
    assert (kind, "refused: no", "till") == (type(error), str(error), vars(error)["module"])


def test_a_state_handler_travels_by_value_from_a_module_of_the_hosts_own(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = asks.check_handler(double)
    monkeypatch.delitem(sys.modules, __name__)
    handler = cloudpickle.loads(base64.b85decode(packed))
    assert 14 == handler(7, 1, 2)
    assert "" == asks.check_handler(None)


def test_a_state_handler_that_cannot_travel_is_refused_before_the_way() -> None:
    lock = threading.Lock()
    with pytest.raises(
        TypeError, match=r"this state_handler cannot be sent into a sandbox \(TypeError: .*lock.*\); let it"
    ):
        asks.check_handler(lambda state, old, new: lock)
    with pytest.raises(TypeError, match=r"a state_handler is a function \(old_state, old_version, new_version\)"):
        asks.check_handler({"a": 1})  # type: ignore[arg-type]  # what a caller without types may pass


def double(state: int, old: int, new: int) -> int:
    return state * FACTOR


FACTOR = 2
