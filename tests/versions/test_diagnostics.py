"""What a learner is told: every finding with its line, its column and a next step."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox_kernel.errors import CompileError
from sandbox_kernel.versions.artifact import CompileLimits, CompileReport, Diagnostic
from sandbox_kernel.versions.compiler import Compiler
from sandbox_kernel.versions.profile import Profile
from sandbox_kernel.versions.source_text import decode

pytestmark = pytest.mark.process


def codes(report: CompileReport, module: str = "cart") -> list[tuple[str, str, int]]:
    return [(one.severity, one.code, one.line) for one in report.diagnostics[module]]


def only(report: CompileReport, module: str = "cart") -> Diagnostic:
    (found,) = report.diagnostics[module]
    return found


@pytest.mark.parametrize(
    ("source", "message", "hint", "line", "column"),
    [
        ("def f()\n    pass\n", "SyntaxError: expected ':'", "put a colon", 1, 8),
        ("x = (1,\ny = 2\n", "SyntaxError: '(' was never closed", "add the bracket that closes '('", 1, 5),
        ("x = 'é\n", "SyntaxError: unterminated string literal (detected at line 1)", "same quote", 1, 5),
        ("é = 'ü' 1\n", "SyntaxError: invalid syntax", "look at the marked place", 1, 9),
        (
            "if x = 1:\n    pass\n",
            "SyntaxError: invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
            "'=='",
            1,
            4,
        ),
        ("def f():\npass\n", "IndentationError: expected an indented block", "four spaces", 2, 1),
        ("x = 1\n  y = 2\n", "IndentationError: unexpected indent", "remove the extra spaces", 2, 0),
        ("if 1:\n\tx = 1\n        y = 2\n", "TabError: inconsistent use of tabs", "use spaces only", 3, 0),
        ("return 1\n", "SyntaxError: 'return' outside function", "'return' belongs inside a function", 1, 1),
        ("print 'hi'\n", "SyntaxError: Missing parentheses in call to 'print'", "write print(...)", 1, 1),
        ("for x in y:\n    pass\nbreak\n", "SyntaxError: 'break' outside loop", "inside a loop", 3, 1),
        ("x = “a”\n", "SyntaxError: invalid character '“' (U+201C)", "plain character of the keyboard", 1, 5),
        ("f(a=1, a=2)\n", "SyntaxError: keyword argument repeated: a", "only once", 1, 8),
        ("1x = 3\n", "SyntaxError: invalid decimal literal", "cannot start with a digit", 1, 1),
    ],
)
def test_a_syntax_error_keeps_cpythons_words_and_adds_the_fix(
    compiler: Compiler, source: str, message: str, hint: str, line: int, column: int
) -> None:
    report = compiler.compile({"cart": source})
    found = only(report)
    assert found.message.startswith(message)
    assert hint in found.hint
    assert ("error", line, "compile") == (found.severity, found.line, report.stage)
    assert column in (0, found.column), "where releases of Python differ, any column will do"


def test_all_modules_of_a_change_are_looked_at_even_if_one_is_broken(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "x = (\n", "shop": "y = )\n", "tax": "import os\n", "1st": ""})
    assert ["cart", "shop", "1st"] == [module for module, _ in report.errors]
    assert [("warning", "unused-import", 1)] == codes(report, "tax")


def test_names_that_nothing_defines_are_warnings_with_the_likely_name(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "total = 1\ndef f():\n    return totl + json.dumps(1)\n"})
    assert report.ok
    assert [
        Diagnostic("warning", "name 'totl' is not defined", "did you mean 'total'?", "undefined-name", 3, 12),
        Diagnostic(
            "warning",
            "name 'json' is not defined",
            "add 'import json' at the top of the module",
            "undefined-name",
            3,
            19,
        ),
    ] == list(report.diagnostics["cart"])


@pytest.mark.parametrize(
    ("name", "meant"), [("prin", "print"), ("price", "prices"), ("mathh", "math"), ("Itm", "Item")]
)
def test_a_misspelt_name_may_be_meant_from_any_scope(compiler: Compiler, name: str, meant: str) -> None:
    source = f"import math\n\nclass Item: pass\n\ndef f(prices):\n    return {name}, math\n"
    assert f"did you mean '{meant}'?" == only(compiler.compile({"cart": source})).hint


def test_a_definition_that_replaces_an_unused_one_is_told(compiler: Compiler) -> None:
    found = only(compiler.compile({"cart": "def f(): pass\n\ndef f(): pass\n"}))
    assert ("'f' is defined again; the one of line 1 is never used", 3) == (found.message, found.line)


def test_a_name_that_is_missing_at_import_is_one_error(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "x = 1\nprint(undefinde)\n"})
    assert [("error", "import-failed", 2)] == codes(report)
    assert "NameError: name 'undefinde' is not defined" in only(report).message


def test_columns_count_characters_not_bytes(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "def f():\n    return 'äöü', missing\n"})
    assert (2, 19) == (only(report).line, only(report).column)


def test_what_the_kernel_defines_is_known(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "display('x')\nshell = get_ipython()\n"})
    assert (True, {"cart": ()}) == (report.ok, report.diagnostics)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sklearn\nprint(sklearn)\n", [("error", "import-not-found", 1)]),
        ("def f():\n    import numppy as n\n    return n\n", [("warning", "import-not-found", 2)]),
        ("try:\n    import numppy as n\nexcept ImportError:\n    n = None\n", []),
        ("import typing\nif typing.TYPE_CHECKING:\n    import numppy\n    x: 'numppy.y'\n", []),
        ("from . import shop\nprint(shop)\n", [("error", "relative-import", 1)]),
        ("import shop\nprint(shop)\n", []),
    ],
)
def test_imports_that_will_fail_are_told_by_how_surely_they_fail(
    compiler: Compiler, source: str, expected: list[tuple[str, str, int]]
) -> None:
    assert expected == codes(compiler.compile({"cart": source}, live={"shop": "x = 1\n"}))


def test_a_missing_package_is_named_as_it_is_installed(compiler: Compiler) -> None:
    assert "%pip install scikit-learn" in only(compiler.compile({"cart": "import sklearn\nprint(sklearn)\n"})).hint
    assert "did you mean 'import random'?" == only(compiler.compile({"cart": "import randm\nprint(randm)\n"})).hint


def test_a_package_that_was_installed_meanwhile_is_found(tmp_path: Path) -> None:
    source = {"cart": "import brandnew\nprint(brandnew)\n"}
    with Compiler(search_path=[str(tmp_path)]) as compiler:
        assert not compiler.compile(source).ok
        (tmp_path / "brandnew.py").write_text("")
        assert compiler.compile(source).ok


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("x = 1\0\n", "NUL character"),
        ("\ufeffx = 1\n", "byte order mark"),
        ("x = '\ud800'\n", "half a character"),
        ("x = 1\n" * 900_000, "longer than 1 MB"),
        ("x = '" + "é" * 600_000 + "'\n", "longer than 1 MB"),
        ("(" * 5000 + ")" * 5000, "SyntaxError: too many nested parentheses"),
        ("x = " + "-" * 100_000 + "1", "too deeply nested"),
    ],
)
def test_a_text_that_python_cannot_take_is_one_clear_sentence(compiler: Compiler, source: str, part: str) -> None:
    found = only(compiler.compile({"cart": source}))
    assert part in found.message
    assert found.hint


@pytest.mark.parametrize("source", ["", "\n", "# only a comment", "x = 1\r\ny = 2\r\n", "if 1:\n\tx = 1\n"])
def test_odd_but_valid_texts_compile(compiler: Compiler, source: str) -> None:
    assert ((), True) == ((report := compiler.compile({"cart": source})).diagnostics["cart"], report.ok)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("my module", "cannot be a module's name"),
        ("", "cannot be a module's name"),
        ("../x", "cannot be a module's name"),
        ("class", "'class' is a word of Python"),
        ("sys", "part of Python itself"),
        ("__main__", "part of Python itself"),
        ("a..b", "cannot be a module's name"),
    ],
)
def test_a_name_that_no_module_can_have_is_refused(compiler: Compiler, name: str, part: str) -> None:
    report = compiler.compile({name: "x = 1\n"})
    assert part in only(report, name).message
    assert not report.ok


def test_a_name_that_hides_pythons_own_module_is_a_warning(compiler: Compiler) -> None:
    report = compiler.compile({"random": "x = 1\n"})
    assert (True, [("warning", "hides-stdlib", 0)]) == (report.ok, codes(report, "random"))


def test_a_profile_forbids_by_the_tree_not_by_the_text() -> None:
    profile = Profile("class", denied_modules=("socket",), denied_calls=("os.system", "eval"))
    source = (
        "import os as o, socket\n"  # 1: the module
        "from os import system as s\n"  # 2
        "o.system('x')\n"  # 3: by its alias
        "getattr(o, 'system')('x')\n"  # 4
        "eval('1')\n"  # 5
        "__import__('socket')\n"  # 6
        "# eval(1); import socket\n"
        "text = 'os.system'\n"
        "class A:\n    def eval(self): return o.path.eval\n"
        "def socket_of(system): return system.eval(1)\n"
    )
    with Compiler(profile=profile) as compiler:
        report = compiler.compile({"cart": source}, trial_import=False)
    assert [1, 2, 3, 4, 5, 6] == [one.line for one in report.diagnostics["cart"] if one.code == "forbidden"]


def test_the_artifact_tells_imports_and_definitions(compiler: Compiler) -> None:
    source = (
        "import os.path\nfrom shop import x\nLIMIT: int = 3\nclass A:\n    def f(self): pass\nasync def g(): pass\n"
    )
    found = compiler.compile({"cart": source}, live={"shop": "x = 1\n"}).artifacts["cart"]
    assert ("os.path", "shop") == found.imports
    assert [("LIMIT", "variable", 3), ("A", "class", 4), ("A.f", "method", 5), ("g", "function", 6)] == [
        (one.name, one.kind, one.line) for one in found.definitions
    ]


def test_a_report_raises_its_first_error_and_counts_the_others(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "import os\nx = (\n", "shop": "y = )\n"})
    with pytest.raises(
        CompileError, match=r"cart: line 2, column 5: SyntaxError: '\(' was never closed .*; 1 more error$"
    ):
        report.raise_for_errors()
    compiler.compile({"cart": "x = 1\n"}).raise_for_errors()


def test_a_report_shows_itself_without_letting_markup_through(compiler: Compiler) -> None:
    report = compiler.compile({"cart": "raise ValueError('<script>alert(1)</script>')\n"})
    assert "<script>" not in report._repr_html_()
    assert "&lt;script&gt;" in report._repr_html_()
    assert "did not compile cart (it failed at the import) in" in str(report)


@pytest.mark.parametrize(
    ("data", "source", "code"),
    [
        ("é = 1\n".encode(), "é = 1\n", ""),
        ("\ufeffx = 1\n".encode(), "x = 1\n", ""),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'\n", ""),
        (b"x = '\xe9'\n", "", "encoding"),
        (b"# coding: klingon\n", "", "encoding"),
    ],
)
def test_a_file_is_read_as_python_reads_it(data: bytes, source: str, code: str) -> None:
    text, wrong = decode(data)
    assert (source, code) == (text, wrong.code if wrong else "")


def test_limits_and_calls_refuse_misuse_at_once(compiler: Compiler) -> None:
    with pytest.raises(ValueError, match="memory_mb must be at least 1"):
        CompileLimits(memory_mb=0)
    with pytest.raises(ValueError, match="timeout_s"):
        compiler.compile({"cart": ""}, timeout_s=0)
    with pytest.raises(TypeError, match="must be texts"):
        compiler.compile({"cart": b"x"})  # type: ignore[dict-item]  # misuse is the point
