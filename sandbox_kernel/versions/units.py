"""A text as its statements (units), and the units of an edited text, of which only what differs is parsed (`changes` says
why).

Cutting is sound because a text that parses on its own leaves the tokenizer at depth zero, so what follows it parses as
it did before; where the middle does not parse on its own the whole text is parsed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox_kernel.versions.statements import FUNCTIONS, Uses, uses_of

FUTURE = re.compile(r"^from\s+__future__\s", re.MULTILINE)
NESTED_DEF = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]", re.MULTILINE)
PLAIN_DECORATOR = re.compile(
    r"^[ \t]*@(?!staticmethod\b|classmethod\b|property\b|\w+\.(?:setter|getter|deleter)\b)", re.MULTILINE
)


@dataclass(slots=True, eq=False)
class Unit:
    """One statement of a module or class body (or several that share a line), with its lines, decorators included."""

    start: int
    end: int
    text: str
    kind: str
    name: str
    class_name: str = ""
    parsed: list[ast.stmt] | None = None
    first: bool = False
    used: Uses | None = None

    @property
    def nodes(self) -> list[ast.stmt]:
        if self.parsed is None:
            self.parsed = parse_at(self.text, self.start)
        return self.parsed

    @property
    def uses(self) -> Uses:
        if self.used is None:
            self.used = uses_of(self.nodes, self.class_name)
        return self.used

    @property
    def binds(self) -> Iterable[str]:
        return (self.name,) if self.kind in ("def", "class") and not self.class_name else self.uses.binds

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        node = self.nodes[0]
        assert isinstance(node, FUNCTIONS)
        return node

    @property
    def class_node(self) -> ast.ClassDef:
        node = self.nodes[0]
        assert isinstance(node, ast.ClassDef)
        return node

    @property
    def hides_functions(self) -> bool:
        """Whether live functions of it may be out of reach of the names it binds: closures, decorated ones, lambdas."""
        if "lambda" in self.text or PLAIN_DECORATOR.search(self.text):
            return True
        if self.kind not in ("def", "class"):
            return "def " in self.text
        return len(set(map(_indent, NESTED_DEF.findall(self.text)))) > (self.kind == "class")

    def shifted(self, lines: int) -> Unit:
        return Unit(
            self.start + lines, self.end + lines, self.text, self.kind, self.name, self.class_name, None, self.first
        )

    def drop_trees(self) -> None:
        self.parsed = None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


@dataclass(slots=True, eq=False)
class Source:
    """A text and its top-level statements."""

    text: str
    lines: list[str]
    units: list[Unit]
    future: int = 0


def parse_at(text: str, line: int) -> list[ast.stmt]:
    tree = ast.parse(text)
    if line > 1:
        ast.increment_lineno(tree, line - 1)
    return tree.body


def split_lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def units_of(
    statements: Sequence[ast.stmt], lines: Sequence[str], class_name: str = "", *, keep: bool = True
) -> list[Unit]:
    """The statements as units. Without `keep` the trees are dropped and parsed again from the text when asked for."""
    units: list[Unit] = []
    for node in statements:
        start, end = first_line(node), node.end_lineno or node.lineno
        if units and start <= units[-1].end:
            last = units[-1]
            last.kind, last.name, last.end = "group", "", max(end, last.end)
            last.text = "\n".join(lines[last.start - 1 : last.end])
            if last.parsed is not None:
                last.parsed.append(node)
            continue
        kind = "def" if isinstance(node, FUNCTIONS) else "class" if isinstance(node, ast.ClassDef) else "other"
        name = node.name if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else ""
        text = "\n".join(lines[start - 1 : end])
        units.append(Unit(start, end, text, kind, name, class_name, [node] if keep else None, not units and start >= 0))
    for unit in units[1:]:
        unit.first = False
    return units


def future_flags(statements: Iterable[ast.stmt]) -> int:
    import __future__

    flags = 0
    for node in statements:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                feature = getattr(__future__, alias.name, None)
                flags |= feature.compiler_flag if feature else 0
    return flags


def parse_source(text: str) -> Source:
    """Raises SyntaxError (ValueError for null bytes)."""
    text = text.removeprefix("\ufeff")
    lines = split_lines(text)
    body = ast.parse("\n".join(lines)).body
    return Source(text, lines, units_of(body, lines, keep=False), future_flags(body[:20]))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both begin with."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def parse_change(old: Source, text: str) -> tuple[Source, int, int]:
    """The new source, and how many units at its begin and end are those of `old` (the latter shifted)."""
    text = text.removeprefix("\ufeff")
    lines = split_lines(text)
    head = _common(old.lines, lines)
    limit = min(len(lines), len(old.lines)) - head
    tail = _common(old.lines[::-1][:limit], lines[::-1][:limit])
    keep = 0
    while keep + 1 < len(old.units) and old.units[keep + 1].start <= head:
        keep += 1
    rest = len(old.units)
    while rest > keep and old.units[rest - 1].start > len(old.lines) - tail:
        rest -= 1
    shift = len(lines) - len(old.lines)
    begin = old.units[keep - 1].end if keep else 0
    end = old.units[rest].start + shift - 1 if rest < len(old.units) else len(lines)
    middle = "\n".join(lines[begin:end])
    if FUTURE.search(middle) or (old.future and not keep) or middle.rstrip().endswith("\\"):
        return parse_source(text), 0, 0
    try:
        statements = parse_at(middle, begin + 1)
    except (SyntaxError, ValueError):
        return parse_source(text), 0, 0
    units = [*old.units[:keep], *units_of(statements, lines)]
    for unit in units[keep:]:
        unit.first = unit.first and not keep
    units += [unit.shifted(shift) for unit in old.units[rest:]] if shift else old.units[rest:]
    return Source(text, lines, units, old.future), keep, len(old.units) - rest
