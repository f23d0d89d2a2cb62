"""The plan of an edit, from two texts alone: which statement is kept, gets new code, runs, is patched or removed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox_kernel.versions.changes import ModulePlan, ScopePlan, plan
from sandbox_kernel.versions.units import parse_source


def planned(old: str, new: str) -> ModulePlan:
    return plan("m", parse_source(old), new)


def actions(scope: ScopePlan) -> dict[str, str]:
    """Statement (by what it binds, else its text) -> what happens to it; what is kept is left out."""
    return {" ".join(step.new.binds) or step.new.text: step.action for step in scope.steps.values()}


FUNCTION = "def f(x, y=1):\n    return x\n"
CLASS = "class C:\n    k = 1\n\n    def go(self):\n        return self.k\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("A = 1\n", "A = 1\n", {}),
        ("A = 1\n", "A = 2\n", {"A": "run"}),
        ("A = 1\n", "A  =  1  # one\n", {"A": "recode"}),
        (FUNCTION, FUNCTION.replace("return x", "return -x"), {"f": "recode"}),
        (FUNCTION, FUNCTION.replace("y=1", "y=2"), {"f": "header"}),
        (FUNCTION, FUNCTION.replace("(x, y=1)", "(x, y=1) -> int"), {"f": "header"}),
        (FUNCTION, "@deco\n" + FUNCTION, {"f": "run"}),
        ("@deco\n" + FUNCTION, "@deco\n" + FUNCTION.replace("return x", "return 0"), {"f": "recode"}),
        ("@deco(1)\n" + FUNCTION, "@deco(2)\n" + FUNCTION, {"f": "run"}),
        (FUNCTION, "async " + FUNCTION, {"f": "recode"}),
        ("T = {'a': lambda: 1}\n", "T = {'a': lambda: 2}\n", {"T": "recode"}),
        ("T = sorted([1], key=lambda x: x)\n", "T = sorted([1], key=lambda x: -x)\n", {"T": "run"}),
        ("if A:\n    def f(): return 1\n", "if A:\n    def f(): return 2\n", {"f": "recode"}),
        ("if A:\n    def f(): return 1\n", "if B:\n    def f(): return 1\n", {"f": "run"}),
        (CLASS, CLASS.replace("return self.k", "return 0"), {"C": "class"}),
        (FUNCTION, CLASS.replace("C", "f"), {"f": "run"}),
        ("import a\n", "import a, b\n", {"a b": "run"}),
        ("x = 1; y = 2\n", "x = 1; y = 3\n", {"x y": "run"}),
    ],
)  # fmt: skip
def test_what_a_statement_needs(old: str, new: str, expected: dict[str, str]) -> None:
    assert expected == actions(planned(old, new).scope)


def test_only_the_member_that_changed_is_planned() -> None:
    body = planned(CLASS, CLASS.replace("k = 1", "k = 2") + "\n    def more(self): ...\n").scope.steps[0].body
    assert body is not None
    assert {"k": "run", "more": "run"} == actions(body)
    assert set() == body.gone


@pytest.mark.parametrize(
    ("new", "flags"),
    [
        (CLASS.replace("class C:", "class C(B):"), (True, False, False)),
        (CLASS.replace("class C:", "class C(metaclass=M):"), (False, True, False)),
        ("@deco\n" + CLASS, (False, False, True)),
    ],
)
def test_the_head_of_a_class_is_told_apart(new: str, flags: tuple[bool, bool, bool]) -> None:
    (step,) = planned(CLASS, new).scope.steps.values()
    assert flags == (step.bases, step.keywords, step.decorators)


def test_a_removed_statement_takes_its_names_along() -> None:
    scope = planned("A = 1\nB = C = 2\n", "A = 1\n").scope
    assert ({"B", "C"}, ["B = C = 2"]) == (scope.gone, [unit.text for unit in scope.removed])


def test_a_name_that_another_statement_still_binds_stays() -> None:
    assert set() == planned("A = 1\nif X:\n    A = 2\n", "A = 1\n").scope.gone


def test_all_statements_that_build_a_value_run_when_one_of_them_does() -> None:
    scope = planned("T = 1\nT += 2\nU = 1\n", "T = 5\nT += 2\nU = 1\n").scope
    assert [0, 1] == sorted(scope.steps)


def test_of_two_definitions_the_last_one_counts() -> None:
    old = "def f(): return 1\ndef f(): return 2\n"
    scope = planned(old, "@deco\ndef f(): return 1\ndef f(): return 2\n").scope
    assert {(0, "f")} == scope.shadowed


def test_moved_statements_are_no_edit() -> None:
    old, new = FUNCTION + CLASS + "A = 1\n", "A = 1\n" + CLASS + FUNCTION
    found = planned(old, new)
    assert ("run", False) == (actions(found.scope).get("A", "run"), found.edited)
    assert "f" not in actions(found.scope)


def test_lines_above_move_what_is_below_without_touching_it() -> None:
    scope = planned(FUNCTION + CLASS, "import a\n\n\n" + FUNCTION + CLASS).scope
    assert ({"a": "run"}, 3) == (actions(scope), scope.shift)
    assert {3} == {lines for _, lines in scope.shifts} | {scope.shift}


def test_comments_alone_are_not_an_edit() -> None:
    assert not planned(FUNCTION, "# said\n" + FUNCTION.replace("return x", "return x  # so")).edited


def test_private_names_are_those_of_their_class() -> None:
    old = "class C:\n    __k = 1\n"
    body = planned(old, "class C:\n    pass\n").scope.steps[0].body
    assert body is not None
    assert {"_C__k"} == body.gone


@pytest.mark.parametrize("text", ["def f(:\n", "x = 1\n  y = 2\n", "x = '\0'\n", "return 1 +\n"])
def test_what_does_not_parse_raises(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        planned("A = 1\n", text)


def test_a_text_that_only_parses_as_a_whole_is_parsed_as_a_whole() -> None:
    old = 'A = """\nx = 1\n"""\nB = 2\n'
    assert {"A": "run"} == actions(planned(old, old.replace("x = 1", "x = 2")).scope)
    assert {"A": "run"} == actions(planned("A = (1 +\n     2)\nB = 3\n", "A = (1 +\n     5)\nB = 3\n").scope)


def test_a_future_import_concerns_the_whole_module() -> None:
    assert planned(FUNCTION, "from __future__ import annotations\n" + FUNCTION).new.future


@pytest.mark.process
def test_planning_imports_neither_the_reloader_nor_the_module() -> None:
    code = (
        "import sys\n"
        "from sandbox_kernel.versions import changes, units\n"
        "changes.plan('nowhere', units.parse_source('import nowhere'), 'import nowhere as n')\n"
        "sys.exit(any(name.startswith(('sandbox_kernel.reload', 'nowhere')) for name in sys.modules))\n"
    )
    assert 0 == subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode


statements = st.sampled_from(
    [
        "A = 1", "A = 2", "B = A", "B += 1", "import os", "def f():\n    return 1", "def f(x=1):\n    return 2",
        "@deco\ndef g():\n    yield 1", "class C:\n    k = 1", "class C(D):\n    def m(self): ...", "x = 1; y = 2", "# note",
        'T = """\nlines\n"""', "for i in range(2):\n    A = i", "L = [lambda: 1]",
    ]
)  # fmt: skip
texts = st.lists(statements, max_size=7).map(lambda parts: "\n".join(parts) + "\n")


@settings(max_examples=150)
@given(old=texts, new=texts)
def test_every_plan_accounts_for_both_texts(old: str, new: str) -> None:
    found = planned(old, new)
    whole = parse_source(new)
    assert [unit.text for unit in whole.units] == [unit.text for unit in found.new.units]
    assert [(u.start, u.end) for u in whole.units] == [(u.start, u.end) for u in found.new.units]
    bound_before = {name for unit in found.old.units for name in unit.binds}
    bound_after = {name for unit in found.new.units for name in unit.binds}
    assert bound_before - bound_after == found.scope.gone
    kept = [unit.text for i, unit in enumerate(found.new.units) if i not in found.scope.steps]
    assert all(text in {unit.text for unit in found.old.units} for text in kept)


@settings(max_examples=60)
@given(text=texts)
def test_the_same_text_needs_nothing(text: str) -> None:
    found = planned(text, text)
    assert ({}, [], set(), False) == (found.scope.steps, found.scope.removed, found.scope.gone, found.edited)
