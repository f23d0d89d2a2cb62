"""What one statement binds, reads and calls when its scope is executed. Pure: works on syntax trees only.

`changes` compares statements with it; `reload` asks it which statements a changed value reaches. Function bodies do not
run at import, so they count only where a caller asks for them (`body_reads`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
CARRIERS = (  # nodes that store a lambda given to them, and never call it
    *(ast.Dict, ast.List, ast.Tuple, ast.Set, ast.IfExp, ast.Assign, ast.AnnAssign),
    *(ast.If, ast.Try, ast.For, ast.While, ast.With, ast.ExceptHandler, ast.ClassDef),
)
SKIPPED_FIELDS = {"type_comment", "type_ignores", "ctx"}
STAR = "*"


def mangle(name: str, class_name: str) -> str:
    """The name that `name` gets inside the body of `class_name` (language reference, 6.2.1)."""
    owner = class_name.lstrip("_")
    if not owner or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    return f"_{owner}{name}"


def fingerprint(node: object, *, bodies: bool = True, plain: bool = False) -> object:
    """A comparable picture of a tree without positions.

    With `bodies=False` what runs only when called is left out: function bodies, and lambda bodies that are plainly
    stored (`plain`), not handed to a call that may run them at once.
    """
    if isinstance(node, list):
        return tuple([fingerprint(item, bodies=bodies, plain=plain) for item in node])
    if isinstance(node, ast.Constant):
        return (type(node.value).__name__, repr(node.value))
    if not isinstance(node, ast.AST):
        return node
    kind = type(node).__name__
    skipped = SKIPPED_FIELDS
    if not bodies and isinstance(node, FUNCTIONS):
        kind, skipped = "def", SKIPPED_FIELDS | {"body"}
    elif not bodies and plain and isinstance(node, ast.Lambda):
        skipped = SKIPPED_FIELDS | {"body"}
    inner = isinstance(node, ast.arguments) or (plain and isinstance(node, CARRIERS))
    return (
        kind,
        *[fingerprint(getattr(node, f, None), bodies=bodies, plain=inner) for f in node._fields if f not in skipped],
    )


def header(node: ast.FunctionDef | ast.AsyncFunctionDef) -> object:
    """What is evaluated once when the `def` runs, decorators aside."""
    return (
        node.name,
        fingerprint(node.args),
        fingerprint(node.returns),
        fingerprint(getattr(node, "type_params", [])),
    )


def docstring_of(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


@dataclass(slots=True)
class Uses:
    """`binds`: names stored. `reads`: names loaded. `attributes`: `(root, name)` of `root.name`. `nested`: names loaded
    from a scope of their own (comprehension, class body). `callees`: roots of what is called; `calls`: `(root, name)` of
    `root.name()`; `items`: `(root, key)` of `root["key"]`. `mutates`: roots of what is stored into (`X.a = 1`,
    `X[0] = 1`, `X.append(1)`)."""

    binds: dict[str, None] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    nested: set[str] = field(default_factory=set)
    callees: set[str] = field(default_factory=set)
    calls: set[tuple[str, str]] = field(default_factory=set)
    items: set[tuple[str, object]] = field(default_factory=set)
    mutates: set[str] = field(default_factory=set)
    effects: bool = False


def root_name(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


class _UseFinder(ast.NodeVisitor):
    def __init__(self, uses: Uses) -> None:
        self.uses = uses
        self.inner = 0  # depth of scopes that run now but do not bind into ours
        self.called = 0  # inside the arguments of a call, where a lambda may run at once

    def bind(self, name: str) -> None:
        if not self.inner:
            self.uses.binds[name] = None

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.uses.reads.add(node.id)
            if self.inner:
                self.uses.nested.add(node.id)
        else:
            self.bind(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name):
            self.uses.attributes.add((node.value.id, node.attr))
        elif isinstance(node.value, ast.Attribute):
            self.uses.attributes.add((root_name(node), node.attr))
        self._stored_into(node)
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._stored_into(node)
        if isinstance(node.ctx, ast.Load) and isinstance(node.slice, ast.Constant):
            self.uses.items.add((root_name(node), node.slice.value))
        self.generic_visit(node)

    def _stored_into(self, node: ast.Attribute | ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.uses.mutates.add(root_name(node))
            self.uses.effects = True

    def visit_Call(self, node: ast.Call) -> None:
        self.uses.effects = True
        self.uses.callees.add(root_name(node.func))
        if isinstance(node.func, ast.Attribute):
            self.uses.calls.add((root_name(node.func), node.func.attr))
        self.visit(node.func)
        self.called += 1
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            self.visit(argument)
        self.called -= 1

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            self.uses.mutates.add(root_name(node.value.func))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.bind(node.name)
        self._decorators(node.decorator_list)
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        for annotation in [*(argument.annotation for argument in arguments if argument), node.returns]:
            if annotation:
                self.visit(annotation)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _decorators(self, decorators: list[ast.expr]) -> None:
        for decorator in decorators:
            self.uses.callees.add(root_name(decorator))
            self.uses.effects = self.uses.effects or not _is_builtin_decorator(decorator)
            self.visit(decorator)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.bind(node.name)
        self._decorators(node.decorator_list)
        for base in [*node.bases, *(keyword.value for keyword in node.keywords)]:
            self.uses.callees.add(root_name(base))
            self.uses.effects = True
            self.visit(base)
        self.inner += 1
        for statement in node.body:
            self.visit(statement)
        self.inner -= 1

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self.visit(default)
        if self.called:
            self.inner += 1
            self.visit(node.body)
            self.inner -= 1

    def _comprehension(self, node: ast.AST) -> None:
        self.inner += 1
        self.generic_visit(node)
        self.inner -= 1

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        inner, self.inner = self.inner, 0  # binds in the statement's own scope, even from inside a comprehension
        self.visit(node.target)
        self.inner = inner
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.uses.reads.add(node.target.id)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)
            if node.value is not None:
                self.visit(node.value)
        self.visit(node.annotation)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.bind(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bind(node.rest)
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.uses.effects = True
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.uses.effects = self.uses.effects or not _is_constant(node)
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.uses.effects = True
        self.generic_visit(node)


def _is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _is_builtin_decorator(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id in {"property", "staticmethod", "classmethod", "abstractmethod"}
    return isinstance(node, ast.Attribute) and node.attr in {"setter", "getter", "deleter"}


def uses_of(statements: Iterable[ast.stmt], class_name: str = "") -> Uses:
    """What the statements use when they run; in the body of `class_name`, private names are mangled."""
    uses = Uses()
    finder = _UseFinder(uses)
    for statement in statements:
        finder.visit(statement)
    if class_name:
        uses.binds = {mangle(name, class_name): None for name in uses.binds}
    return uses


_READS = "names its body reads"


def body_reads(node: ast.AST) -> set[str]:
    """Names that a function's body (with the functions inside it) may load from its module.

    Kept with the node: a change of many names asks this of every function for each of them.
    """
    kept: set[str] | None = vars(node).get(_READS)
    if kept is not None:
        return kept
    loads: set[str] = set()
    stores: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            (loads if isinstance(child.ctx, ast.Load) else stores).add(child.id)
        elif isinstance(child, ast.arg):
            stores.add(child.arg)
        elif isinstance(child, ast.Global):
            loads.update(child.names)
    vars(node)[_READS] = found = loads - stores
    return found


def attributes_read(node: ast.AST) -> set[tuple[str, str]]:
    """`(root, name)` of every `root.name` that a function's body loads."""
    found = [child for child in ast.walk(node) if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Load)]
    return {(root_name(child), child.attr) for child in found}


def functions_in(statements: Iterable[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function that the statements define at their own level, also inside `if`, `try` and the like."""
    for statement in statements:
        if isinstance(statement, FUNCTIONS):
            yield statement
        elif not isinstance(statement, ast.ClassDef):
            children = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]
            handlers = [child for child in ast.iter_child_nodes(statement) if hasattr(child, "body")]
            yield from functions_in(children)
            for handler in handlers:
                if not isinstance(handler, ast.stmt | ast.expr):
                    yield from functions_in(handler.body)
