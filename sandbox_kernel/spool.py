"""What a sandbox tells its classroom: one small file per event in its directory, for the learner's server to fetch.

Called by the desk of a lesson for what is checked, and by the kernel for cells that raise.

Only in a classroom (`SANDBOX_CLASSROOM` is set by the learner's server). The sandbox has no network, and needs none: the
file is there before the learner sees the result, so nothing is lost while server or service are away. It is the learner's
own word, like everything that a sandbox says; points come from checking the answer again.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path

VARIABLE = "SANDBOX_CLASSROOM"
MOST_WAITING = 1000


def tell(directory: Path, kind: str, **facts: object) -> None:
    """Never raises for a full disk: a lesson goes on without its classroom."""
    if not os.environ.get(VARIABLE):
        return
    place = directory / ".sandbox" / "outbox"
    name = f"{time.time_ns():020}-{secrets.token_hex(8)}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        if len(os.listdir(place)) >= MOST_WAITING:
            return
        hidden = place / f".{name}"
        hidden.write_text(json.dumps({"type": kind, **facts}), encoding="utf-8")
        hidden.rename(place / f"{name}.json")
    except OSError:
        return
