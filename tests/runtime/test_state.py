"""Which workers a change concerns, and what their `code_change` is told."""

from __future__ import annotations

from sandbox_kernel.runtime.state import ClassChange, change_for, class_changes

OLD = "class Till:\n    def init(self): return 0\n\nclass Same:\n    x = 1\n"


def test_an_edited_class_is_told_the_number_it_comes_from() -> None:
    new = OLD.replace("return 0", "return 1")
    assert [ClassChange("till", "Till", 3, 4)] == class_changes("till", OLD, new, 3, 4)


def test_comments_and_other_functions_concern_nobody() -> None:
    new = "# a remark\ndef helper(): return 2\n" + OLD.replace("return 0", "return 0  # zero")
    assert [] == class_changes("till", OLD, new, 3, 4)


def test_the_same_vsn_in_both_texts_says_the_state_has_the_same_shape() -> None:
    old = "class Till:\n    vsn = 1\n    def init(self): return 0\n"
    assert [] == class_changes("till", old, old.replace("return 0", "return 9"), 3, 4)


def test_another_vsn_is_what_code_change_is_told() -> None:
    old = "class Till:\n    vsn = 'a'\n"
    new = "class Till:\n    vsn: str = 'b'\n"
    assert [ClassChange("till", "Till", "a", "b")] == class_changes("till", old, new, 3, 4)


def test_nested_and_conditional_classes_are_found() -> None:
    old = "if True:\n    class A:\n        class B:\n            x = 1\n"
    changes = class_changes("m", old, old.replace("x = 1", "x = 2"), 1, 2)
    assert {"A", "A.B"} == {change.qualname for change in changes}


def test_the_nearest_changed_class_of_the_lineage_decides() -> None:
    base = ClassChange("till", "Base", 1, 2)
    lineage = (("shop", "Mine"), ("till", "Base"), ("builtins", "object"))
    assert base == change_for(lineage, {("till", "Base"): base})
    assert None is change_for(lineage[2:], {("till", "Base"): base})
