"""Differences between two texts: unified, side by side, and counted. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_QUICK_LINES = 1500  # above this the exact count of a rewritten middle part costs more than it tells


@dataclass(frozen=True, slots=True)
class DiffRow:
    """A row of a side-by-side view; a line number is 0 where that side is empty."""

    kind: Literal["same", "changed", "added", "removed"]
    left_line: int
    left: str
    right_line: int
    right: str


def unified(left: str, right: str, *, left_name: str = "before", right_name: str = "after", context: int = 3) -> str:
    """A unified diff as `diff -u` gives it, empty when the texts are equal."""
    from difflib import unified_diff  # imported on use: a kernel that never shows a diff does not pay for it

    lines = list(unified_diff(left.splitlines(), right.splitlines(), left_name, right_name, n=context, lineterm=""))
    if not lines and left != right:
        lines = [f"--- {left_name}", f"+++ {right_name}", "@@ only line endings or the last line break differ @@"]
    return "".join(f"{line}\n" for line in lines)


def rows(left: str, right: str, *, context: int | None = None) -> list[DiffRow]:
    """Side by side. `context` keeps that many equal lines around each difference; None keeps all."""
    a, b = left.splitlines(), right.splitlines()
    result: list[DiffRow] = []
    for tag, i1, i2, j1, j2 in _opcodes(a, b):
        for offset in range(max(i2 - i1, j2 - j1)):
            i, j = i1 + offset, j1 + offset
            has_left, has_right = i < i2, j < j2
            kind: Literal["same", "changed", "added", "removed"] = (
                "same"
                if tag == "equal"
                else "changed"
                if has_left and has_right
                else "removed"
                if has_left
                else "added"
            )
            result.append(
                DiffRow(
                    kind,
                    i + 1 if has_left else 0,
                    a[i] if has_left else "",
                    j + 1 if has_right else 0,
                    b[j] if has_right else "",
                )
            )
    return result if context is None else _near(result, context)


def count_lines(left: str, right: str) -> tuple[int, int]:
    """Lines added and removed. Exact for ordinary edits; for long rewritten parts moved lines do not count."""
    a, b = left.splitlines(), right.splitlines()
    start, end = _common(a, b)
    a, b = a[start : len(a) - end], b[start : len(b) - end]
    if not a or not b:
        return len(b), len(a)
    if len(a) + len(b) > _QUICK_LINES:
        old, new = Counter(a), Counter(b)
        return (new - old).total(), (old - new).total()
    added = removed = 0
    for tag, i1, i2, j1, j2 in _opcodes(a, b):
        if tag != "equal":
            added += j2 - j1
            removed += i2 - i1
    return added, removed


def _opcodes(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """As SequenceMatcher.get_opcodes, but equal lines at both ends come off first: small edits stay fast."""
    from difflib import SequenceMatcher

    start, end = _common(a, b)
    middle = SequenceMatcher(None, a[start : len(a) - end], b[start : len(b) - end], autojunk=False)
    codes: list[tuple[str, int, int, int, int]] = [("equal", 0, start, 0, start)] if start else []
    codes += [(tag, i1 + start, i2 + start, j1 + start, j2 + start) for tag, i1, i2, j1, j2 in middle.get_opcodes()]
    if end:
        codes.append(("equal", len(a) - end, len(a), len(b) - end, len(b)))
    return codes


def _common(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    shortest = min(len(a), len(b))
    start = 0
    while start < shortest and a[start] == b[start]:
        start += 1
    end = 0
    while end < shortest - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return start, end


def _near(all_rows: list[DiffRow], context: int) -> list[DiffRow]:
    keep: set[int] = set()
    for index, row in enumerate(all_rows):
        if row.kind != "same":
            keep.update(range(index - context, index + context + 1))
    return [row for index, row in enumerate(all_rows) if index in keep]
