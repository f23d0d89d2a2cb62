"""Code objects: compiling one statement, pairing old code with new, and fitting new code to an existing function.

A function can take any code whose free variables are those of its closure. Three shapes need help (see `fit`): code
that lost a free variable, code that gained `__class__` (someone wrote the first `super()`), and a function that has to
hand over to another object altogether (`trampoline`).
"""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CellType, CodeType, FunctionType
from typing import Any

from sandbox_kernel.versions.changes import Step
from sandbox_kernel.versions.statements import FUNCTIONS
from sandbox_kernel.versions.units import first_line

INLINE = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}
CO_OPTIMIZED = 1
SUPER = "__super__"
SUPER_MARK = "\0sandbox-kernel super\0"
TARGET_MARK = "\0sandbox-kernel target\0"
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def compile_nodes(nodes: Sequence[ast.stmt], filename: str, flags: int, imported: Iterable[str] = ()) -> CodeType:
    """`imported` are the names that the whole module imports: the compiler writes a call of `name.function()` in another
    way where it sees that the module imports `name`, and live code was compiled from the whole module."""
    body = [*nodes, *_never_executed(imported, nodes[0] if nodes else ast.Pass(lineno=1, col_offset=0))]
    code = compile(ast.Module(body, []), filename, "exec", flags, dont_inherit=True)
    assert isinstance(code, CodeType)
    return code


def _never_executed(imported: Iterable[str], place: ast.stmt) -> Iterator[ast.stmt]:
    names = [ast.alias(name) for name in imported]
    if names:
        mark = ast.If(ast.Constant(False), [ast.Import(names)], [])
        yield ast.fix_missing_locations(ast.copy_location(mark, place))


def imported_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """What the top level of a module imports, also within `if` and `try`, but not within functions and classes."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*")
        elif not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.expr)):
            yield from imported_names(ast.iter_child_nodes(node))


def children(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def within(code: CodeType) -> Iterator[CodeType]:
    """All that its functions, classes and comprehensions are made of, however deep."""
    for child in children(code):
        yield child
        yield from within(child)


def is_function(code: CodeType) -> bool:
    return bool(code.co_flags & CO_OPTIMIZED) and code.co_name not in INLINE


def pair(old: CodeType, new: CodeType, lines: Mapping[int, int]) -> Iterator[tuple[CodeType, CodeType]]:
    """(old, new) for every function inside both, matched by their path: the names on the way and the order among
    equals. `lines` says of definitions of one name where each of them went: first line before -> first line now, or
    `GONE`."""
    mine: dict[str, list[CodeType]] = defaultdict(list)
    theirs: dict[str, list[CodeType]] = defaultdict(list)
    for child in definitions(old):
        mine[child.co_name].append(child)
    for child in definitions(new):
        theirs[child.co_name].append(child)
    for name, codes in mine.items():
        for before, after in _match(codes, theirs.get(name, []), lines):
            if is_function(before) and is_function(after):
                yield before, after
            yield from pair(before, after, lines)


def definitions(code: CodeType) -> Iterator[CodeType]:
    """The children, those that stand in a scope for type parameters (3.12 and later) as if it were not there."""
    for child in children(code):
        if child.co_name.startswith("<generic parameters of "):
            yield from definitions(child)
        else:
            yield child


GONE = 0


def member_lines(step: Step) -> dict[int, int]:
    """Where the definitions of a class body went that were edited, moved or removed."""
    found: dict[int, int] = {}
    if step.body is not None:
        found = {unit.start: GONE for unit in step.body.removed if unit.kind in ("def", "class")}
        found |= {unit.start: unit.start + by for unit, by in step.body.shifts}
        for each in step.body.steps.values():
            if each.old is not None:
                found |= {each.old.start: each.new.start, **member_lines(each)}
    return found


def _match(old: list[CodeType], new: list[CodeType], lines: Mapping[int, int]) -> Iterator[tuple[CodeType, CodeType]]:
    for code in list(old):
        goes_to = lines.get(code.co_firstlineno)
        known = next((other for other in new if other.co_firstlineno == goes_to), None)
        if goes_to == GONE or known is not None:
            old = [item for item in old if item is not code]
        if known is not None:
            new = [item for item in new if item is not known]
            yield code, known
    if len(old) != len(new):
        for code in list(old):
            same = next((other for other in new if alike(code, other)), None)
            if same is not None:
                old = [item for item in old if item is not code]
                new = [item for item in new if item is not same]
                yield code, same
    if len(old) == len(new):
        yield from zip(old, new, strict=True)


def alike(old: CodeType, new: CodeType) -> bool:
    """Equal but for their lines."""
    return (old.co_code, old.co_names, old.co_varnames, old.co_freevars) == (
        *(new.co_code, new.co_names, new.co_varnames),
        new.co_freevars,
    ) and all(
        alike(mine, theirs) if isinstance(mine, CodeType) and isinstance(theirs, CodeType) else mine == theirs
        for mine, theirs in zip(old.co_consts, new.co_consts, strict=False)
    )


def same_definition(code: CodeType, other: CodeType) -> bool:
    """Whether both were compiled from the same place of the same text.

    The instructions do not tell: the compiler picks others for names that the module imports, and a statement compiled
    on its own does not know of those. Of several lambdas in one line the column tells.
    """
    return (
        code.co_firstlineno == other.co_firstlineno
        and code.co_qualname == other.co_qualname
        and (code.co_names, code.co_varnames, code.co_freevars)
        == (other.co_names, other.co_varnames, other.co_freevars)
        and list(map(_shape, code.co_consts)) == list(map(_shape, other.co_consts))
        and (code.co_name != "<lambda>" or first_column(code) == first_column(other))
    )


def _shape(constant: object) -> object:
    return constant.co_qualname if isinstance(constant, CodeType) else (type(constant), constant)


def first_column(code: CodeType) -> int:
    columns = [column for line, _, column, _ in code.co_positions() if line == code.co_firstlineno and column]
    return min(columns, default=0)


def shift(code: CodeType, lines: int) -> CodeType:
    """The same code `lines` further down; line tables are relative to the first line."""
    if any(isinstance(constant, CodeType) for constant in code.co_consts):
        constants = tuple([shift(c, lines) if isinstance(c, CodeType) else c for c in code.co_consts])
        return code.replace(co_firstlineno=code.co_firstlineno + lines, co_consts=constants)
    return code.replace(co_firstlineno=code.co_firstlineno + lines)


def docstring(code: CodeType) -> str | None:
    closure = tuple(CellType() for _ in code.co_freevars)
    return FunctionType(code, {}, closure=closure).__doc__


def fill(code: CodeType, mark: str, value: object) -> CodeType:
    """Puts a live object in the place of a marked constant."""
    constants = tuple(
        [
            value
            if isinstance(constant, str) and constant == mark
            else fill(constant, mark, value)
            if isinstance(constant, CodeType)
            else constant
            for constant in code.co_consts
        ]
    )
    return code.replace(co_consts=constants)


def trampoline(function: FunctionType, target: object) -> CodeType:
    """Code for `function` that calls `target`; the closure of the function stays as it is and unused."""
    names: dict[str, Any] = {}
    exec(f"def call(*args, **kwargs):\n __target__ = {TARGET_MARK!r}\n return __target__(*args, **kwargs)", names)
    was: CodeType = function.__code__
    code: CodeType = names["call"].__code__
    return fill(code, TARGET_MARK, target).replace(
        co_freevars=was.co_freevars,
        co_name=was.co_name,
        co_qualname=was.co_qualname,
        co_filename=was.co_filename,
        co_firstlineno=was.co_firstlineno,
    )


class _ExplicitSuper(ast.NodeTransformer):
    """`super()` with its arguments, under another name: the mere name `super` makes the compiler add a cell."""

    def __init__(self, first_argument: str) -> None:
        self.first_argument = first_argument

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == SUPER and not node.args and not node.keywords:
            node.args = [ast.Name("__class__", ast.Load()), ast.Name(self.first_argument, ast.Load())]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(SUPER, node.ctx) if node.id == "super" else node


def _as_locals(node: ast.FunctionDef | ast.AsyncFunctionDef, names: Iterable[str]) -> bool:
    """Makes variables of the scopes outside locals that are set from constants; False where `super()` has no first
    argument to go by."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    values = {name: _mark(name) for name in names}
    body = node.body
    if "__class__" in values:
        transformer = _ExplicitSuper(arguments[0].arg if arguments else "")
        body = [transformer.visit(child) for child in node.body]
        values[SUPER] = SUPER_MARK
    start = [ast.Assign([ast.Name(name, ast.Store())], ast.Constant(mark)) for name, mark in values.items()]
    head = body[:1] if ast.get_docstring(node, clean=False) is not None else []
    node.body = [*head, *[ast.copy_location(item, node) for item in start], *body[len(head) :]]
    return bool(arguments) or "__class__" not in values


def _mark(name: str) -> str:
    return f"\0sandbox-kernel {name}\0"


def fit(
    nodes: Sequence[ast.stmt], new: CodeType, have: tuple[str, ...], outside: Mapping[str, object], flags: int
) -> CodeType | None:
    """`new` with exactly the free variables `have`, or None where a value for one of them does not exist.

    `nodes` hold the function's definition; `outside` has what is known of the scopes outside: the class that
    `__class__` stands for, type parameters.
    """
    want = new.co_freevars
    if want == have:
        return new
    extra = [name for name in want if name not in have]
    if any(name not in outside for name in extra):
        return None
    if not want:
        return new.replace(co_freevars=have)  # no instruction refers to a free variable, so the order does not matter
    found = find_function(nodes, new)
    if found is None:
        return None
    node, class_name = copy.deepcopy(found[0]), found[1]
    if extra and (isinstance(node, ast.Lambda) or not _as_locals(node, extra)):
        return None
    code = _compile_within(node, have, class_name, new, flags)
    if code is None or code.co_freevars != have:
        return None
    for name in extra:
        code = fill(code, _mark(name), outside[name])
    code = fill(code, SUPER_MARK, super) if extra else code
    return requalify(code, code.co_qualname, new.co_qualname)


def requalify(code: CodeType, old: str, new: str) -> CodeType:
    """With `new` in the place of `old` at the begin of its qualified name and of those inside it."""
    constants = tuple([requalify(c, old, new) if isinstance(c, CodeType) else c for c in code.co_consts])
    return code.replace(co_qualname=new + code.co_qualname.removeprefix(old), co_consts=constants)


def find_function(nodes: Sequence[ast.stmt], code: CodeType) -> tuple[FunctionNode, str] | None:
    """The definition that `code` was compiled from, and the name of the class it stands in."""
    found: list[tuple[FunctionNode, str]] = []

    def search(node: ast.AST, class_name: str) -> None:
        if (isinstance(node, FUNCTIONS) and node.name == code.co_name and first_line(node) == code.co_firstlineno) or (
            isinstance(node, ast.Lambda) and code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
        ):
            found.append((node, class_name))
        inner = node.name if isinstance(node, ast.ClassDef) else class_name
        for child in ast.iter_child_nodes(node):
            search(child, inner)

    for node in nodes:
        search(node, "")
    return found[0] if len(found) == 1 else None


def _compile_within(
    node: FunctionNode, have: tuple[str, ...], class_name: str, like: CodeType, flags: int
) -> CodeType | None:
    """Compiles the definition in a scope that provides just `have`, all of them referred to, if only by dead code."""
    dead = ast.Tuple([ast.Name(name, ast.Load()) for name in have], ast.Load())
    statement: ast.stmt
    if isinstance(node, ast.Lambda):
        node.body = ast.IfExp(ast.Constant(True), node.body, dead)
        statement = ast.Expr(node)
    else:
        node.decorator_list = []
        node.body = [*node.body, ast.If(ast.Constant(False), [ast.Expr(dead)], [])]
        statement = node
    # Underscores in front do not count for private names, and keep the class from hiding a name that the code reads.
    owner = ast.parse(f"class ______{class_name or 'C'}: pass").body[0]
    assert isinstance(owner, ast.ClassDef)
    if class_name or "__class__" in have:
        owner.body = [statement]
        statement = owner
    outer = ast.parse(f"def outer({', '.join(name for name in have if name != '__class__')}): pass").body[0]
    assert isinstance(outer, ast.FunctionDef)
    outer.body = [statement]
    tree = ast.fix_missing_locations(ast.Module([outer], []))
    compiled = compile(tree, like.co_filename, "exec", flags, dont_inherit=True)
    stack: list[CodeType] = [compiled]
    while stack:
        code = stack.pop()
        stack += children(code)
        if code.co_name == like.co_name and code is not compiled and code.co_name != "outer":
            return (
                code.replace(co_firstlineno=like.co_firstlineno) if code.co_firstlineno != like.co_firstlineno else code
            )
    return None
