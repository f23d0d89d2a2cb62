"""kill -9 at random moments of apply, rollback, reject, export: nothing acknowledged is lost, nothing is torn."""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox_kernel.versions.artifact import digest
from sandbox_kernel.versions.store import VersionStore

CHILD = Path(__file__).parent / "crash_child.py"


def run_and_kill(directory: Path, seed: int) -> list[dict[str, Any]]:  # Any: JSON
    """What was acknowledged before the kill, which comes at a random moment after a random number of operations."""
    chance = random.Random(seed)
    child = subprocess.Popen([sys.executable, str(CHILD), str(directory), str(seed)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(1 + chance.randint(0, 8))]
    select.select([], [], [], chance.random() * 0.01)
    child.kill()
    lines += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    return [json.loads(line) for line in lines if line.endswith(b"\n")]  # a torn last line acknowledges nothing


def assert_whole(store: VersionStore) -> None:
    """Every text is what its sha256 says; changes are all or nothing; what is live follows from the timeline."""
    assert None is store.recovered_from
    for module in store.modules():
        assert all(digest(version.source) == version.sha256 for version in store.history(module, limit=10))
    newest = next((change for change in store.timeline(limit=1000) if change.outcome == "accepted"), None)
    if newest is not None:
        live = {module: version.number for module, version in store.live().items()}
        assert live == store.live_at(newest.id)
        texts = {store.source(module, number) for module, number in newest.versions.items()}
        assert 1 == len(texts), "a change with different marks is a torn one"
    assert all(change.outcome != "staged" for change in store.timeline(limit=1000))


def assert_kept(store: VersionStore, acknowledged: list[dict[str, Any]]) -> None:  # Any: JSON
    states: dict[tuple[str, int], str] = {}
    for one in acknowledged:
        for outcome in ("accepted", "rejected"):
            if outcome in one:
                assert outcome == store.change(one[outcome]).outcome
        if "state" in one:
            module, number, body = one["state"]
            states[module, number] = body
    for (module, number), body in states.items():
        saved = store.state(module, number)
        assert saved is not None
        # The one after the last acknowledged may have been written too.
        assert saved.decode() == body or int(saved.split(b"-")[1]) > int(body.split("-")[1])


def crash(directory: Path, kills: int) -> int:
    """Kills that often; the number of operations that were acknowledged."""
    count = 0
    for seed in range(1, kills + 1):
        acknowledged = run_and_kill(directory / "sandbox", seed)
        with VersionStore.open(directory / "sandbox") as store:
            assert_whole(store)
            assert_kept(store, acknowledged)
        exported = directory / "sandbox" / "history.jsonl"
        if exported.exists() and seed % 5 == 0:
            with VersionStore.open(directory / f"copy-{seed}") as copy:
                copy.import_history(exported)
                assert_whole(copy)
        count += len(acknowledged) - 1
    return count


@pytest.mark.kernel
def test_fifteen_kills_lose_nothing(tmp_path: Path) -> None:
    assert crash(tmp_path, 15) > 0


@pytest.mark.soak
def test_five_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    assert crash(tmp_path, 500) > 500
