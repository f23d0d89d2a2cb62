"""`assert got == wanted, "next step"` in a check becomes a miss that says got, expected and the next step.

Pure: a syntax tree in, a syntax tree out, and the function that the new tree calls. Written in a check, the left side is
what the learner's code gave and the right side is what was wanted.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from types import CodeType
from typing import Any

COMPARE_NAME = "__expect__"
_SHOWN = 300

_OPERATORS: dict[str, tuple[Callable[[Any, Any], object], str]] = {  # Any: values of any kind are compared
    "Eq": (operator.eq, ""),
    "NotEq": (operator.ne, "something other than "),
    "Lt": (operator.lt, "less than "),
    "LtE": (operator.le, "at most "),
    "Gt": (operator.gt, "more than "),
    "GtE": (operator.ge, "at least "),
    "In": (lambda got, wanted: got in wanted, "one of "),
    "NotIn": (lambda got, wanted: got not in wanted, "none of "),
    "Is": (operator.is_, ""),
    "IsNot": (operator.is_not, "something other than "),
}


class Miss(AssertionError):
    """An answer is not what was wanted; the text is for the learner."""


def expect(operation: str, got: object, wanted: object, next_step: object = "") -> None:
    """Called by rewritten asserts. Raises Miss."""
    compare, words = _OPERATORS[operation]
    if not compare(got, wanted):
        raise Miss(f"expected {words}{shown(wanted)}, got {shown(got)}." + (f" {next_step}" if next_step else ""))


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


class _Rewriter(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        if not isinstance(node.test, ast.Compare) or len(node.test.ops) != 1:
            return node
        parts: list[ast.expr] = [
            ast.Constant(type(node.test.ops[0]).__name__),
            node.test.left,
            node.test.comparators[0],
            *([node.msg] if node.msg else []),
        ]
        call = ast.Call(func=ast.Name(COMPARE_NAME, ast.Load()), args=parts, keywords=[])
        return ast.copy_location(ast.Expr(call), node)


def compile_check(source: str, name: str) -> CodeType:
    """The check's code with its asserts rewritten. Raises SyntaxError."""
    tree = ast.fix_missing_locations(_Rewriter().visit(ast.parse(source, name)))
    return compile(tree, name, "exec")
