"""The examples of docs/versions.md run, and print what they should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "versions.md"


def test_every_block_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec"), {"__name__": "page"})
    compiled, head, error, stored = capsys.readouterr().out.splitlines()
    assert head.startswith("not compiled (compile): cart in ")
    assert (
        "  cart: error: line 1, column 12: SyntaxError: '(' was never closed (add the bracket that closes '(')" == error
    )
    assert compiled.startswith("True [\"line 2, column 16: name 'price' is not defined (did you mean")
    assert "[1] {'cart': 1, 'shop': 1}" == stored
