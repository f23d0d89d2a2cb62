"""Every Python block of docs/host-api.md runs, and prints what the page says."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

PAGE = Path(__file__).parent.parent.parent / "docs" / "host-api.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


async def test_the_page_runs_from_top_to_bottom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    namespace: dict[str, Any] = {}  # Any: whatever the page makes
    ran = 0
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "text":
            assert text == capsys.readouterr().out, text
            continue
        outcome = eval(compile(text, str(PAGE), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), namespace)
        if inspect.iscoroutine(outcome):
            await outcome
        ran += 1
    assert ran >= 8
