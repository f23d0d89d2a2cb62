"""The page about supervision says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.system import System

PAGE = Path(__file__).parents[2] / "docs" / "supervision.md"


def test_every_block_of_the_page_runs(system: System, monkeypatch: Any) -> None:
    monkeypatch.setattr(api, "_default", system)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 4
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)


def test_the_page_lists_every_file_of_the_room() -> None:
    room = Path(api.__file__).parent
    files = {path.stem for path in room.glob("*.py")} - {"__init__"}
    listed = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8").rpartition("| file | owns |")[2]))
    assert set() == files - listed
