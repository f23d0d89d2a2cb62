"""How fast is a long history? Run with `python benchmarks/history.py`; docs/benchmarks-versions.md has results.

Builds a module with 10,000 versions of some 100 lines, then times what people do with it, at random places.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from sandbox_kernel.versions import diff
from sandbox_kernel.versions.store import VersionStore

LINES = 100


def texts(count: int, chance: random.Random) -> list[str]:
    """Each a few edited lines away from the one before, as people write."""
    lines = [
        f"def function_{number}(value):\n    return value * {number} + offset_{number % 7}\n"
        for number in range(LINES // 2)
    ]
    found: list[str] = []
    for number in range(count):
        lines[chance.randrange(len(lines))] = (
            f"def edited_{number}(value, scale=1):\n    return value - {number} * scale\n"
        )
        found.append("".join(lines))
    return found


def timed(action: Callable[[], object], rounds: int) -> str:
    times: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        action()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return f"{times[len(times) // 2]:8.2f} ms   (95th {times[int(len(times) * 0.95)]:.2f})"


def measure(store: VersionStore, versions: int, chance: random.Random) -> None:
    def number() -> int:
        return chance.randint(1, versions)

    def rollback() -> None:
        text = store.source("cart", number())
        store.accept(store.stage({"cart": text}, kind="rollback").id)

    def apply() -> None:
        text = store.source("cart", number()) + f"# {chance.random()}\n"
        store.accept(store.stage({"cart": text}, kind="reload").id)

    def show_diff() -> None:
        left, right = store.source("cart", number()), store.source("cart", number())
        diff.unified(left, right)
        diff.rows(left, right)

    actions: dict[str, tuple[Callable[[], object], int]] = {
        "newest page of the list (100)": (lambda: store.history("cart", limit=100), 50),
        "a page somewhere in the list (100)": (lambda: store.history("cart", limit=100, before=number()), 50),
        "page of the timeline (100)": (lambda: store.timeline(limit=100), 50),
        "diff of two versions, both forms": (show_diff, 50),
        "roll back to any version, on disk": (rollback, 50),
        "a new version, on disk": (apply, 50),
        "undo: what would it do?": (store.undo_step, 50),
        "statistics of the module": (lambda: store.module_statistics("cart"), 10),
        "statistics of the store": (store.statistics, 10),
    }
    for what, (action, rounds) in actions.items():
        say(f"{what:40}{timed(action, rounds)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--versions", type=int, default=10_000)
    versions = parser.parse_args().versions
    chance = random.Random(7)
    say(f"Python {sys.version.split()[0]} on {sys.platform}, {versions} versions")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        all_texts = texts(versions, chance)
        for level in (1, 6):
            begun = time.perf_counter()
            size = sum(len(zlib.compress(text.encode(), level)) for text in all_texts)
            taken = (time.perf_counter() - begun) * 1000
            plain = sum(len(text.encode()) for text in all_texts)
            say(f"zlib level {level}: {size / plain:.0%} of {plain / 1e6:.0f} MB, {taken / versions:.3f} ms a text")
        with VersionStore.open(directory) as store:
            begun = time.perf_counter()
            for text in all_texts:
                store.accept(store.stage({"cart": text}, kind="reload").id)
            say(f"{'building it':40}{(time.perf_counter() - begun) * 1000 / versions:8.2f} ms a version")
            measure(store, versions, chance)
            say(f"{'file':40}{store.statistics().file_bytes / 1e6:8.2f} MB")
            say(f"{'export':40}{timed(lambda: store.export_history(directory / 'history.jsonl'), 1)}")
        say(f"{'open, with the check for damage':40}{timed(lambda: VersionStore.open(directory).close(), 5)}")
        with VersionStore.open(directory / "copy") as copy:
            say(f"{'import':40}{timed(lambda: copy.import_history(directory / 'history.jsonl'), 1)}")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
