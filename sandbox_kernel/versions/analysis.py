"""What can be said about a module without running it: syntax, names, imports, calls that a profile forbids.

Runs only in a forked child of the compile worker, under its limits (a text may exhaust the parser), and is the only
place that imports pyflakes. Everything it returns is plain JSON data.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from importlib.machinery import PathFinder
from types import CodeType
from typing import Any

from pyflakes import checker, messages

from sandbox_kernel.versions import hints

Finding = dict[str, Any]  # Any: JSON; the fields of artifact.Diagnostic
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Analysis:
    """The static look at one module: `findings`, `imports`, `definitions`, and `code` when it compiled."""

    def __init__(self, module: str, source: str, path: str) -> None:
        self.module = module
        self.lines = source.splitlines()
        self.findings: list[Finding] = []
        self.imports: set[str] = set()
        self.definitions: list[dict[str, Any]] = []  # Any: JSON
        self.tree: ast.Module | None = None
        self.code: CodeType | None = None
        self._compile(source, path)

    def look(self, known: Collection[str], names: Collection[str], profile: Mapping[str, Any]) -> None:
        """`known` are the sandbox's modules, `names` what the kernel defines besides Python's built-ins."""
        if self.tree is None:
            return
        self.definitions = list(_definitions(self.tree))
        self._look_at_imports(known)
        if self.code is not None:
            self._look_with_pyflakes(names, known)
        self._look_at_profile(profile)
        self.findings.sort(key=lambda finding: (finding["line"], finding["column"]))

    def add(self, severity: str, code: str, message: str, hint: str, node: object = None) -> None:
        finding: Finding = {"severity": severity, "code": code, "message": message, "hint": hint}
        line, column = (
            getattr(node, "lineno", 0),
            getattr(node, "col_offset", getattr(node, "col", -1)),
        )  # the tree; pyflakes
        end_line, end_column = getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", -1)
        finding |= {"line": line, "column": self._column(line, column)}
        finding |= {
            "end_line": end_line,
            "end_column": self._column(end_line, -1 if end_column is None else end_column),
        }
        self.findings.append(finding)

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        return {
            "module": self.module,
            "findings": self.findings,
            "imports": sorted(self.imports),
            "definitions": self.definitions,
        }

    def _column(self, line: int, offset: int) -> int:
        """CPython counts columns of the tree in bytes from 0; people count characters from 1."""
        if offset < 0 or not 0 < line <= len(self.lines):
            return 0
        return len(self.lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore")) + 1

    def _compile(self, source: str, path: str) -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                self.tree = ast.parse(source, path)
                self.code = compile(self.tree, path, "exec", dont_inherit=True)
            except SyntaxError as error:
                self._syntax(error)
            except (RecursionError, MemoryError):
                hint = hints.for_syntax("too deeply nested")
                self.add("error", "too-complex", "this code is too long or too deeply nested to compile", hint)
            except (ValueError, OverflowError) as error:
                self.add("error", "syntax", f"this text cannot be compiled: {error}", "correct or remove what it names")
        for warning in caught:
            if issubclass(warning.category, SyntaxWarning | DeprecationWarning):
                text = str(warning.message)
                self.add("warning", "syntax-warning", text, hints.for_syntax(text))
                self.findings[-1]["line"] = warning.lineno or 0

    def _syntax(self, error: SyntaxError) -> None:
        kind = type(error).__name__
        self.findings.append(
            {
                "severity": "error",
                "code": {"IndentationError": "indentation", "TabError": "tabs"}.get(kind, "syntax"),
                "message": f"{kind}: {error.msg}",
                "hint": hints.for_syntax(error.msg),
                "line": error.lineno or 0,
                "column": max(error.offset or 0, 0),
                "end_line": max(error.end_lineno or 0, 0),
                "end_column": max(error.end_offset or 0, 0),
            }
        )

    # -- imports ----------------------------------------------------------------------------------------------

    def _look_at_imports(self, known: Collection[str]) -> None:
        assert self.tree is not None
        for node, sure in _imports(self.tree, sure=True):
            for name in self._targets(node, known):
                self.imports.add(name)
                if not _findable(name, known):
                    hint = hints.for_missing_module(name, [*known, *sys.stdlib_module_names])
                    top = name.partition(".")[0]
                    self.add("error" if sure else "warning", "import-not-found", f"no module named '{top}'", hint, node)

    def _targets(self, node: ast.Import | ast.ImportFrom, known: Collection[str]) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            return
        base = node.module or ""
        if node.level:
            parts = self.module.split(".")[: -node.level]
            if not parts:
                names = ", ".join(alias.name for alias in node.names)
                fix = f"from {base} import {names}" if base else f"import {names}"
                text = "a relative import needs a package, and this module is in none"
                self.add("error", "relative-import", text, f"write '{fix}'", node)
                return
            base = ".".join([*parts, base] if base else parts)
        yield base
        yield from (full for alias in node.names if (full := f"{base}.{alias.name}") in known)

    # -- names ------------------------------------------------------------------------------------------------

    def _look_with_pyflakes(self, names: Collection[str], known: Collection[str]) -> None:
        found = checker.Checker(self.tree, builtins=set(names)).messages
        defined = {definition["name"] for definition in self.definitions} | set(dir(__builtins__)) if found else set()
        for message in found:
            text, code, hint = self._words(message, defined, {*known, *sys.stdlib_module_names})
            if text:
                self.add("warning", code, text, hint, message)

    def _words(
        self, message: Any, defined: set[str], modules: set[str]
    ) -> tuple[str, str, str]:  # Any: pyflakes is untyped
        first = message.message_args[0] if message.message_args else ""
        match message:
            case messages.UndefinedName():
                return f"name '{first}' is not defined", "undefined-name", hints.for_undefined(first, defined, modules)
            case messages.UndefinedLocal():
                text = f"'{first}' is used before this function gives it a value"
                return text, "undefined-local", f"assign it first, or declare 'global {first}' if the module's is meant"
            case messages.UnusedImport():
                return f"'{first}' is imported but never used", "unused-import", "remove the import, or use it"
            case messages.UnusedVariable():
                return f"'{first}' is given a value but never used", "unused-variable", "remove it, or use it"
            case messages.RedefinedWhileUnused():
                text = f"'{first}' is defined again; the one of line {message.message_args[1]} is never used"
                return text, "redefined", "rename or remove one of the two"
            case messages.ImportStarUsed() | messages.ImportStarUsage():
                return "names from 'import *' cannot be checked", "import-star", "import the names that you need"
            case messages.IsLiteral():
                return "", "", ""  # CPython's own warning says it
        return str(message.message % message.message_args), "pyflakes", "look at this line"

    # -- profile ----------------------------------------------------------------------------------------------

    def _look_at_profile(self, profile: Mapping[str, Any]) -> None:
        modules, calls = profile.get("denied_modules", []), profile.get("denied_calls", [])
        if not modules and not calls:
            return
        assert self.tree is not None
        origins = _origins(self.tree)
        name = profile.get("name", "")
        for node in ast.walk(self.tree):
            for target in _used(node, origins):
                rule = _denied(target, isinstance(node, ast.Call), modules, calls)
                if rule:
                    text = f"'{rule}' is not allowed in this sandbox (profile '{name}')"
                    self.add("error", "forbidden", text, "do it another way, or ask for another profile", node)
                    break


def _definitions(tree: ast.Module) -> Iterator[dict[str, Any]]:  # Any: JSON
    for node in tree.body:
        end = node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield {"name": node.name, "kind": "function", "line": node.lineno, "end_line": end}
        elif isinstance(node, ast.ClassDef):
            yield {"name": node.name, "kind": "class", "line": node.lineno, "end_line": end}
            for part in node.body:
                if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                    last = part.end_lineno or part.lineno
                    name = f"{node.name}.{part.name}"
                    yield {"name": name, "kind": "method", "line": part.lineno, "end_line": last}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (leaf.id for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)):
                yield {"name": name, "kind": "variable", "line": node.lineno, "end_line": end}


def _imports(node: ast.AST, *, sure: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Every import with whether it surely runs when the module is imported. Those for type checkers never run."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, sure
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for branch in child.orelse:
                yield from _imports(ast.Module([branch], []), sure=False)
        elif not isinstance(child, ast.expr):
            certain = sure and not isinstance(child, (*_SCOPES, ast.Try, ast.TryStar, ast.If, ast.While, ast.For))
            yield from _imports(child, sure=certain)


def _findable(name: str, known: Collection[str]) -> bool:
    top = name.partition(".")[0]
    if top in sys.modules or top in sys.stdlib_module_names or any(module.partition(".")[0] == top for module in known):
        return True
    try:
        return PathFinder.find_spec(top) is not None
    except (ImportError, ValueError, OSError):
        return True  # the trial import will say what is wrong with it


def _origins(tree: ast.Module) -> dict[str, str]:
    """Local name -> dotted name of what was imported under it, over all scopes."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _used(node: ast.AST, origins: Mapping[str, str]) -> Iterator[str]:
    """Dotted names of what a node imports, calls or refers to."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call):
        target = _dotted(node.func, origins)
        if target:
            yield target
        first = node.args[0] if node.args else None
        if target in ("__import__", "importlib.import_module", "builtins.__import__") and isinstance(
            first, ast.Constant
        ):
            yield str(first.value)
    elif isinstance(node, ast.Attribute):
        target = _dotted(node, origins)
        if target:
            yield target


def _dotted(node: ast.AST, origins: Mapping[str, str]) -> str:
    """`os.path.join` for that expression, whatever the names were imported as; empty where it is no dotted name."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            if len(node.args) < 2 or not isinstance(node.args[1], ast.Constant):
                return ""
            parts.append(str(node.args[1].value))
            node = node.args[0]
        else:
            break
    if not isinstance(node, ast.Name):
        return ""
    origin = origins.get(node.id, node.id)
    return ".".join([origin.removeprefix("builtins."), *reversed(parts)])


def _denied(target: str, called: bool, modules: Collection[str], calls: Collection[str]) -> str:
    """The rule that forbids a dotted name, or nothing."""
    for rule in modules:
        if target == rule or target.startswith(f"{rule}."):
            return rule
    for rule in calls:
        # A dotted call is found where it is imported or referred to as well; a built-in only where it is called.
        if target.removeprefix("builtins.") == rule and (called or "." in rule):
            return rule
    return ""
