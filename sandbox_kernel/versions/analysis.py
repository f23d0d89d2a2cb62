"""What can be said about a module without running it: syntax, names, imports, calls that a profile forbids.

Runs only in a forked child of the compile worker, under its limits (a text may exhaust the parser), and is the only
place that imports pyflakes. Everything it returns is plain JSON data.
"""

from __future__ import annotations

import ast
import builtins
import sys
import warnings
from collections.abc import Collection, Iterator
from types import CodeType
from typing import Any

from pyflakes import checker, messages

from sandbox_kernel.versions import forbidden, hints, imports
from sandbox_kernel.versions.profile import Profile

Finding = dict[str, Any]  # Any: JSON; the fields of artifact.Diagnostic


class _Checker(checker.Checker):  # type: ignore[misc]  # pyflakes is untyped
    """Takes the built-in names as they are. Looking for what each of them may redefine is a seventh of the time."""

    def addBinding(self, node: object, value: Any) -> None:  # Any: as above
        if node is None and isinstance(value, checker.Builtin):
            self.scope[value.name] = value
        else:
            super().addBinding(node, value)


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

    def look(self, known: Collection[str], names: Collection[str], profile: Profile) -> None:
        """`known` are the sandbox's modules, `names` what the kernel defines besides Python's built-ins."""
        if self.tree is None:
            return
        self.definitions = list(_definitions(self.tree))
        self._look_at_imports(known)
        if self.code is not None:
            self._look_with_pyflakes(names, known)
        for found in forbidden.found_in(self.tree, profile, known):
            text = f"'{found.name}' is not allowed in this sandbox (profile '{profile.name}')"
            self.add("error", "forbidden", text, forbidden.hint_for(found, profile), found.node)
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

    def _look_at_imports(self, known: Collection[str]) -> None:
        assert self.tree is not None
        for found in imports.of_module(self.module, self.tree, known):
            if not found.name:
                self.add("error", "relative-import", *imports.relative_words(found.node), found.node)
                continue
            self.imports.add(found.name)
            if found.severity and not imports.findable(found.name, known):
                top = found.name.partition(".")[0]
                hint = hints.for_missing_module(found.name, [*known, *sys.stdlib_module_names])
                self.add(found.severity, "import-not-found", f"no module named '{top}'", hint, found.node)

    # -- names ------------------------------------------------------------------------------------------------

    def _look_with_pyflakes(self, names: Collection[str], known: Collection[str]) -> None:
        found = _Checker(self.tree, builtins=set(names)).messages
        undefined = any(isinstance(message, messages.UndefinedName) for message in found)
        defined = _bound(self.tree) | set(dir(builtins)) if undefined and self.tree else set()
        modules = {*known, *sys.stdlib_module_names} if undefined else set()
        for message in found:
            text, code, hint = self._words(message, defined, modules)
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


def _bound(tree: ast.Module) -> set[str]:
    """Every name that the module gives a meaning to, in whichever scope: what a misspelt one may have meant."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
    return found


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
