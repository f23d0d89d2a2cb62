from __future__ import annotations

from typing import Any

import pytest

from sandbox_kernel.classroom import merge

Raw = dict[str, Any]  # JSON


def cell(name: str, text: str, role: str = "prompt", /, **meta: object) -> Raw:
    kind = "code" if role in ("check", "exercise", "module") else "markdown"
    return {
        "id": name,
        "cell_type": kind,
        "source": text,
        "metadata": {"sandbox_kernel": {"id": name, "role": role, **meta}},
    }


def own(text: str) -> Raw:
    return {"id": "own", "cell_type": "code", "source": text, "metadata": {}}


def notebook(*cells: Raw) -> Raw:
    return {"cells": list(cells), "metadata": {"sandbox_kernel": {"id": "till", "kind": "student"}}}


BASE = notebook(cell("p", "Do it."), cell("e", "%%x\nstart", "exercise"), cell("c", "check 1", "check"))
NEW = notebook(cell("p", "Do it well."), cell("e", "%%x\nstart here", "exercise"), cell("c", "check 2", "check"))


def texts(made: Raw) -> list[str]:
    return [merge.source(one) for one in made["cells"]]


def test_a_fix_replaces_what_is_as_it_was_handed_out() -> None:
    planned = merge.plan(BASE, NEW, BASE)
    assert texts(NEW) == texts(merge.apply(BASE, planned))
    assert () == planned.kept


def test_a_learners_answer_and_own_cells_are_the_same_objects_afterwards() -> None:
    answer, scratch = cell("e", "%%x\nmy answer", "exercise"), own("1 + 1")
    mine = notebook(BASE["cells"][0], answer, scratch, BASE["cells"][2])
    planned = merge.plan(BASE, NEW, mine)
    made = merge.apply(mine, planned)
    assert ["Do it well.", "%%x\nmy answer", "1 + 1", "check 2"] == texts(made)
    assert made["cells"][1] is answer
    assert made["cells"][2] is scratch
    assert ("e",) == planned.kept


def test_an_answer_alone_is_not_kept_back_when_its_starter_did_not_change() -> None:
    new = notebook(NEW["cells"][0], BASE["cells"][1], NEW["cells"][2])
    mine = notebook(BASE["cells"][0], cell("e", "%%x\nmy answer", "exercise"), BASE["cells"][2])
    assert () == merge.plan(BASE, new, mine).kept


def test_a_locked_cell_that_the_learner_changed_stays_and_is_named() -> None:
    mine = notebook(cell("p", "My notes."), *BASE["cells"][1:])
    planned = merge.plan(BASE, NEW, mine)
    assert ("My notes.", ("p",)) == (texts(merge.apply(mine, planned))[0], planned.kept)


def test_new_cells_come_in_after_the_one_before_and_taken_out_ones_go() -> None:
    new = notebook(cell("p", "Do it."), cell("q", "A new word."), cell("r", "And one."), BASE["cells"][1])
    mine = notebook(BASE["cells"][0], own("x"), *BASE["cells"][1:])
    assert ["Do it.", "A new word.", "And one.", "x", "%%x\nstart"] == texts(
        merge.apply(mine, merge.plan(BASE, new, mine))
    )


def test_taking_back_gives_the_text_from_before() -> None:
    fixed = merge.apply(BASE, merge.plan(BASE, NEW, BASE))
    assert texts(BASE) == texts(merge.apply(fixed, merge.plan(NEW, BASE, fixed)))


def test_a_copy_that_a_learner_made_of_a_cell_is_theirs() -> None:
    copied = {**cell("p", "Do it."), "id": "another"}
    mine = notebook(*BASE["cells"], copied)
    assert "Do it." == texts(merge.apply(mine, merge.plan(BASE, NEW, mine)))[-1]


def test_what_the_learner_took_out_does_not_come_back() -> None:
    mine = notebook(*BASE["cells"][1:])
    planned = merge.plan(BASE, NEW, mine)
    assert ["%%x\nstart here", "check 2"] == texts(merge.apply(mine, planned))
    assert ("p",) == planned.kept


@pytest.mark.parametrize("same", [BASE, NEW])
def test_nothing_changes_when_nothing_is_new(same: Raw) -> None:
    assert merge.Merge((), ()) == merge.plan(same, same, same)


def test_changed_modules_are_named_with_both_texts() -> None:
    base = notebook(cell("m", "%%sandbox_module till\nx = 1", "module", name="till"))
    new = notebook(cell("m", "%%sandbox_module till\nx = 2", "module", name="till"))
    assert [("till", "x = 1", "x = 2")] == merge.reloads(base, merge.plan(base, new, base))
