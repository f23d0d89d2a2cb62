"""Code that nobody vouches for, by one call, in real sandboxes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox_kernel import (
    ExecutionError,
    LimitExceeded,
    SandboxManager,
    StartError,
    aexecute_untrusted,
    execute_untrusted,
)
from sandbox_kernel.host import untrusted

pytestmark = pytest.mark.kernel


def test_one_call_gives_result_output_and_cost() -> None:
    outcome = execute_untrusted(
        "import helper\nprint('hello')\nhelper.six() * 7", files={"helper": "def six(): return 6"}
    )
    assert (True, "42", "hello\n") == (outcome.ok, outcome.result, outcome.output)
    assert outcome.isolation in untrusted.CONTAINS
    assert outcome.usage.wall_seconds > 0
    assert outcome.usage.memory_bytes > 1_000_000


async def test_each_run_is_alone_and_leaves_nothing(tmp_path: Path) -> None:
    async with SandboxManager() as manager:
        first = await aexecute_untrusted("import os; open('mine', 'w').write('x'); os.getcwd()", manager=manager)
        second = await aexecute_untrusted("import os; os.path.exists('mine')", manager=manager)
        assert ("False", []) == (second.result, manager.list())
    assert not os.path.exists(first.result.strip("'"))


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("1 / 0", ExecutionError, "ZeroDivisionError: division by zero"),
        ("while True: pass", LimitExceeded, "the code ran longer than 1 s and was stopped"),
        ("import os; os._exit(3)", ExecutionError, "ProcessEnded: the process of the code ended with exit status 3"),
        ("x = bytearray(10**11)", ExecutionError, "MemoryError"),
        ("open('/etc/hacked', 'w')", ExecutionError, "OSError: [Errno 30] Read-only file system"),
        ("while True: print('x' * 100_000)", LimitExceeded, "and was stopped"),
    ],
)
async def test_what_it_does_is_data(code: str, kind: type, message: str) -> None:
    outcome = await aexecute_untrusted(code, timeout_s=1 if code.startswith("while") else 30)
    assert kind is type(outcome.error)
    assert message in str(outcome.error)


async def test_a_machine_that_cannot_contain_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "CONTAINS", ())
    with pytest.raises(StartError, match="no isolation level that contains untrusted code"):
        await aexecute_untrusted("1")
    accepted = await aexecute_untrusted("6 * 7", isolation="limits")
    assert ("42", "limits") == (accepted.result, accepted.isolation)
