"""How long `%%sandbox_check` takes, as a learner sees it: the cell's time in a real kernel, for every shipped exercise.

    python benchmarks/checks.py [ROUNDS]      prints percentiles over all exercises, and the slowest ones

Each exercise is checked with its solution and with its first wrong answer, in a kernel as JupyterLab starts it, and each
answer is written for a second, which is faster than anybody writes. Wrong answers that never end are left out: their time
is the limit.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator

from jupyter_client.manager import KernelManager

from sandbox_kernel.classroom.course import load_course, shipped_directory
from sandbox_kernel.classroom.lessons import Lesson, load_lesson

WRITING_S = 1.0
ENDLESS = re.compile("never ends|running|computing time")


def timed(client, code: str) -> float:  # type: ignore[no-untyped-def]  # jupyter_client's client has no types
    begin = time.perf_counter()
    client.execute_interactive(code, timeout=120, output_hook=lambda message: None, allow_stdin=False)
    return time.perf_counter() - begin


def of_lesson(client, lesson: Lesson) -> Iterator[tuple[str, float]]:  # type: ignore[no-untyped-def]  # as above
    client.execute_interactive(f"%sandbox_lesson {lesson.id}", timeout=120, output_hook=lambda message: None)
    for exercise in lesson.exercises.values():
        wrong = [cell for cell in exercise.wrongs if not ENDLESS.search(cell.meta["message"])][:1]
        for answer in (exercise.solutions[0], *wrong):
            time.sleep(WRITING_S)
            timed(client, answer.source)
            for check in exercise.checks:
                yield f"{lesson.id}/{answer.id}", timed(client, check.source)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    course = load_course(shipped_directory())
    seconds: dict[str, list[float]] = {}
    for entry in course.entries:
        lesson = load_lesson(course.whole_path(entry))
        with tempfile.TemporaryDirectory() as directory:
            manager = KernelManager(kernel_name="sandbox")
            manager.start_kernel(cwd=directory)
            client = manager.blocking_client()
            client.start_channels()
            client.wait_for_ready(timeout=60)
            try:
                for _ in range(rounds):
                    for name, took in of_lesson(client, lesson):
                        seconds.setdefault(name, []).append(took)
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)
    every = sorted(took for each in seconds.values() for took in each)
    cuts = statistics.quantiles(every, n=100)
    parts = [f"median {cuts[49]:.2f} s", f"90 % {cuts[89]:.2f} s", f"95 % {cuts[94]:.2f} s", f"most {every[-1]:.2f} s"]
    sys.stdout.write(f"{len(every)} checks: {', '.join(parts)}\n")
    for name, each in sorted(seconds.items(), key=lambda item: -max(item[1]))[:8]:
        sys.stdout.write(f"  {max(each):.2f} s  {name}\n")


if __name__ == "__main__":
    main()
