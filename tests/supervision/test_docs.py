"""The page about supervision says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox_kernel.supervision import api

PAGE = Path(__file__).parents[2] / "docs" / "supervision.md"


def test_the_page_lists_every_file_of_the_room() -> None:
    room = Path(api.__file__).parent
    files = {path.stem for path in room.glob("*.py")} - {"__init__"}
    listed = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8").rpartition("| file | owns |")[2]))
    assert set() == files - listed
