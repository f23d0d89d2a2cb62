"""A learning platform: an exercise sandbox for each user, attempts as versions, checks that cannot be forged, crashes contained.

    python learning_platform.py
"""

import asyncio
import json

from sandbox_kernel import CompileError, SandboxManager

EXERCISE = "Write a function 'fizz(n)' that returns 'fizz' for multiples of three, and the number as text for others."
CASES = {3: "fizz", 4: "4", 9: "fizz", 10: "10", 0: "fizz"}

ATTEMPTS = {
    "ana": ["def fizz(n):\n    return 'fizz' if n % 3 == 0 else str(n)\n"],
    "ben": ["def fizz(n:\n    return n\n", "def fizz(n):\n    return 'fizz'\n",
            "def fizz(n):\n    return str(n) if n % 3 else 'fizz'\n"],
    "eve": ["class Yes(str):\n    def __eq__(self, other):\n        return True\n    __hash__ = str.__hash__\n\n"
            "def fizz(n):\n    return Yes('anything')\n"],
    "joe": ["import os\n\ndef fizz(n):\n    os._exit(0)\n"],
}  # fmt: skip


class Platform:
    def __init__(self, manager: SandboxManager):
        self.manager = manager
        self.points: dict[str, int] = {}

    async def attempt(self, user: str, source: str) -> str:
        """Stores the attempt as a version and checks it: the comparison is made out here, on plain data."""
        box = self.manager.get(user)
        try:
            await box.hot_reload("answer", source, note=f"attempt of {user}")
        except CompileError as error:
            return f"not yet: {error}"
        asked = f"import answer, json; print(json.dumps([answer.fizz(n) for n in {list(CASES)!r}]))"
        result = await box.run(asked, timeout_s=5)
        if result.error is not None:
            return f"not yet: {result.error}"
        try:
            given = json.loads(result.stdout)
        except ValueError:
            return "not yet: the answer is not plain text"
        wrong = [(n, got) for (n, want), got in zip(CASES.items(), given, strict=False) if got != want]
        if wrong or len(given) != len(CASES):
            n, got = wrong[0] if wrong else (0, None)
            return f"not yet: fizz({n}) should be {CASES[n]!r}, got {got!r}"
        self.points[user] = self.points.get(user, 0) + 1
        return "passed"


async def main() -> None:
    print(EXERCISE)
    async with SandboxManager(restart="on_crash") as manager:
        made = await manager.create_many(ATTEMPTS)
        assert len(made) == len(ATTEMPTS)
        platform = Platform(manager)
        told: dict[str, list[str]] = {}
        for user, attempts in ATTEMPTS.items():
            told[user] = [await platform.attempt(user, source) for source in attempts]
            print(f"{user}: {' | '.join(told[user])}")
        assert platform.points == {"ana": 1, "ben": 1}, platform.points
        assert "line 1" in told["ben"][0] and "should be '4'" in told["ben"][1]
        history = await manager.get("ben").history("answer")
        assert [version.outcome for version in history.versions] == ["live", "accepted", "rejected"]
        print(f"ben's way: {[(version.number, version.outcome) for version in history.versions]}")
        await manager.get("joe").wait_until("running")  # crashed, restarted by policy; nobody else noticed
        assert (await manager.get("ana").run("answer.fizz(3)")).text == "'fizz'"


if __name__ == "__main__":
    asyncio.run(main())
