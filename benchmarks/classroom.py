"""A whole class at once: `python benchmarks/classroom.py [LEARNERS]` (30).

Starts `jupyter sandbox classroom`, lets everybody log in at the same moment over real HTTP, opens a lesson in a sandbox for
each, and has each check one exercise, wrongly and rightly. Prints how long it took until all were in, how long checks
took, how soon each event was on the board, and what a learner costs in memory (proportional set size).
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "classes"))

import study
from opened import Class, opened_class
from visitor import Kernel, Visitor, until

SERVICE = "services/classroom/api"
NOTEBOOK = "01-functions-and-predictions.ipynb"
EXERCISE = "ticket"
THINKING_S = 20.0  # people do not all check in the same second; over this time they are spread


class Board:
    """An open page: when each learner's count of attempts was seen to grow."""

    def __init__(self, teach: Visitor) -> None:
        self._teach = teach
        self.seen: dict[tuple[str, int], float] = {}

    async def follow(self) -> None:
        boot, number = "", 0
        while True:
            found = await self._teach.call("GET", f"{SERVICE}/board?boot={boot}&number={number}")
            now = time.monotonic()
            boot, number = found["boot"], found["number"]
            for row in found["learners"]:
                if row["at"]:
                    self.seen.setdefault((row["name"], row["at"]["attempts"]), now)


async def come_in(here: Class, name: str) -> Visitor:
    visitor = await here.visitor(name)
    await visitor.server(timeout_s=300)
    return visitor


async def open_lesson(visitor: Visitor) -> Kernel:
    path = f"user/{visitor.name}/api/contents/{NOTEBOOK}?content=0"

    async def is_there() -> bool:
        return await visitor.status_of("GET", path) == 200

    await until(is_there, 60)
    kernel = await visitor.kernel(NOTEBOOK)
    assert "Exercises:" in await kernel.run(study.opening(study.lesson()), 120)
    return kernel


async def work(kernel: Kernel, wait_s: float) -> list[tuple[float, float]]:
    """Two checks; of each how long it took, and when it ended."""
    cells = study.answers(study.lesson(), EXERCISE)
    took = []
    await asyncio.sleep(wait_s)
    for which, said in (("wrong", "not yet"), ("right", "passed")):
        await kernel.run(cells[which])
        began = time.monotonic()
        assert said in await kernel.run(cells["check"], 120)
        took.append((time.monotonic() - began, time.monotonic()))
        await asyncio.sleep(THINKING_S / 2)
    return took


def memory_mb(here: Class) -> dict[str, float]:
    """Of the whole class by kind of process."""
    kinds: dict[str, float] = {}
    for number in here.processes():
        try:
            line = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            pss = sum(
                int(row.split()[1])
                for row in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
                if row.startswith("Pss:")
            )
        except OSError:
            continue
        kind = next(
            (
                kind
                for kind in ("ipykernel_launcher", "zygote", "seat.forker", "board", "proxy", "culler", "jupyterhub")
                if kind in line
            ),
            "other",
        )
        kinds[kind] = kinds.get(kind, 0.0) + pss / 1024
    return {kind: round(size, 1) for kind, size in kinds.items()}


async def measure(here: Class, names: list[str]) -> dict[str, Any]:  # Any: JSON
    teach = await here.visitor("teach")
    await teach.board()
    board = Board(teach)
    following = asyncio.create_task(board.follow())
    empty = memory_mb(here)
    began = time.monotonic()
    visitors = await asyncio.gather(*(come_in(here, name) for name in names))
    all_in = time.monotonic() - began
    servers = memory_mb(here)
    kernels = await asyncio.gather(*(open_lesson(visitor) for visitor in visitors))
    lessons_open = time.monotonic() - began
    steps = THINKING_S / max(1, len(names))
    done = await asyncio.gather(*(work(kernel, index * steps) for index, kernel in enumerate(kernels)))
    full = memory_mb(here)
    following.cancel()
    delays = [
        board.seen[name, attempt] - ended
        for name, checks in zip(names, done, strict=True)
        for attempt, (_, ended) in enumerate(checks, 1)
    ]
    checks = sorted(took for each in done for took, _ in each)
    for visitor in (teach, *visitors):
        await visitor.http.close()
    return {
        "learners": len(names),
        "all_in_s": round(all_in, 1),
        "lessons_open_s": round(lessons_open, 1),
        "check_median_s": round(statistics.median(checks), 2),
        "check_p95_s": round(checks[int(0.95 * (len(checks) - 1))], 2),
        "check_worst_s": round(checks[-1], 2),
        "board_median_s": round(statistics.median(delays), 3),
        "board_worst_s": round(max(delays), 3),
        "memory_mb": {"nobody": empty, "servers": servers, "sandboxes": full},
        "per_server_mb": round((sum(servers.values()) - sum(empty.values())) / len(names), 1),
        "per_learner_mb": round((sum(full.values()) - sum(empty.values())) / len(names), 1),
    }


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    names = [f"learner-{number:02}" for number in range(count)]
    people = [("teach", "instructor"), *((name, "learner") for name in names)]
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        with opened_class(Path(place), people) as here:
            opened = round(time.monotonic() - began, 1)
            figures = asyncio.run(measure(here, names))
    sys.stdout.write(json.dumps({"open_s": opened, **figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
