"""The version store: numbers, outcomes, change sets, undo and redo, tags, state, retention, threads."""

from __future__ import annotations

import pytest

from sandbox_kernel.errors import ModuleNotFound, StoreError, VersionNotFound
from sandbox_kernel.versions.store import VersionStore
from tests.versions.stores import apply, live


def test_versions_are_numbered_from_1_in_each_module(store: VersionStore) -> None:
    apply(store, {"cart": "x = 1\n"})
    apply(store, {"cart": "x = 2\n"})
    apply(store, {"shop": "y = 1\n"})
    assert [2, 1] == [version.number for version in store.history("cart")]
    assert {"cart": 2, "shop": 1} == {name: version.number for name, version in store.live().items()}


def test_the_same_text_again_is_the_same_version(store: VersionStore) -> None:
    apply(store, {"cart": "x = 1\n"})
    apply(store, {"cart": "x = 2\n"})
    change = apply(store, {"cart": "x = 1\n"}, kind="rollback")
    assert ({"cart": 1}, {"cart": 2}) == (change.versions, change.before)
    assert [("accepted", 2), ("live", 1)] == [(version.outcome, version.number) for version in store.history("cart")]


def test_a_rejected_change_leaves_what_is_live(store: VersionStore) -> None:
    apply(store, {"cart": "x = 1\n"})
    change = store.stage({"cart": "x = (\n"}, kind="reload", author="ana", note="try")
    store.reject(change.id, stage="compile", reason="'(' was never closed", report='{"a": 1}', duration_ms=3.5)
    rejected = store.version("cart", 2)
    assert ("rejected", "'(' was never closed", 3.5, "ana", "try", 1) == (
        rejected.outcome, rejected.reason, rejected.duration_ms, rejected.author, rejected.note, rejected.parent,
    )  # fmt: skip
    assert {"cart": "x = 1\n"} == live(store)
    assert ("rejected", "compile", '{"a": 1}') == (
        (done := store.change(change.id)).outcome, done.stage, done.report,
    )  # fmt: skip


def test_a_version_that_was_live_once_stays_accepted_when_applied_again_and_rejected(store: VersionStore) -> None:
    apply(store, {"cart": "x = 1\n"})
    apply(store, {"cart": "x = 2\n"})
    store.reject(store.stage({"cart": "x = 1\n"}, kind="rollback").id, stage="migrate", reason="no")
    assert "accepted" == store.version("cart", 1).outcome


def test_a_rejected_text_can_be_accepted_later(store: VersionStore) -> None:
    first = store.stage({"cart": "x = 1\n"}, kind="reload")
    store.reject(first.id, stage="import", reason="data.csv was missing")
    apply(store, {"cart": "x = 1\n"})
    assert ("live", "") == ((version := store.version("cart", 1)).outcome, version.reason)


def test_a_change_of_several_modules_becomes_live_as_one(store: VersionStore) -> None:
    apply(store, {"a": "1\n", "b": "1\n"})
    change = store.stage({"a": "2\n", "b": "2\n"}, kind="reload")
    assert {"a": "1\n", "b": "1\n"} == live(store)
    store.accept(change.id)
    assert {"a": "2\n", "b": "2\n"} == live(store)


def test_a_decided_change_cannot_be_decided_again(store: VersionStore) -> None:
    change = apply(store, {"a": "1\n"})
    with pytest.raises(StoreError, match="was accepted already"):
        store.reject(change.id, stage="x", reason="y")


def test_a_module_can_be_taken_away_and_come_back(store: VersionStore) -> None:
    apply(store, {"a": "1\n", "b": "1\n"})
    apply(store, {"a": None})
    assert {"b": "1\n"} == live(store)
    step = store.undo_step()
    assert step is not None
    apply(store, dict(step.sources), kind="undo", target=step.target)
    assert {"a": "1\n", "b": "1\n"} == live(store)


def test_live_at_a_change_tells_what_ran_then(store: VersionStore) -> None:
    first = apply(store, {"a": "1\n", "b": "1\n"})
    second = apply(store, {"a": "2\n"})
    apply(store, {"b": None})
    assert {"a": 1, "b": 1} == store.live_at(first.id)
    assert {"a": 2, "b": 1} == store.live_at(second.id)


def test_history_and_timeline_come_in_pages(store: VersionStore) -> None:
    for number in range(1, 8):
        apply(store, {"a": f"{number}\n"})
    assert [7, 6, 5] == [version.number for version in store.history("a", limit=3)]
    assert [4, 3, 2] == [version.number for version in store.history("a", limit=3, before=5)]
    assert [7, 6] == [change.id for change in store.timeline(limit=2)]
    assert [2, 1] == [change.id for change in store.timeline(limit=5, before=3)]


def test_unknown_names_and_numbers_say_what_there_is(store: VersionStore) -> None:
    apply(store, {"cart": "1\n"})
    with pytest.raises(VersionNotFound, match="version 7 of 'cart' does not exist; the newest is 1"):
        store.version("cart", 7)
    with pytest.raises(ModuleNotFound, match="it has cart"):
        store.history("card")


def test_lines_are_counted_against_the_parent(store: VersionStore) -> None:
    apply(store, {"a": "one\ntwo\nthree\n"})
    apply(store, {"a": "one\n2\nthree\nfour\n"})
    assert [(2, 1), (3, 0)] == [(version.added, version.removed) for version in store.history("a")]


# -- undo and redo ------------------------------------------------------------------------------------------------


def undo(store: VersionStore) -> dict[str, str]:
    step = store.undo_step()
    assert step is not None
    apply(store, dict(step.sources), kind="undo", target=step.target)
    return live(store)


def redo(store: VersionStore) -> dict[str, str]:
    step = store.redo_step()
    assert step is not None
    apply(store, dict(step.sources), kind="redo", target=step.target)
    return live(store)


def test_undo_and_redo_walk_back_and_forth_over_change_sets(store: VersionStore) -> None:
    apply(store, {"a": "1\n", "b": "1\n"})
    apply(store, {"a": "2\n", "b": "2\n"})
    apply(store, {"a": "3\n"})
    assert {"a": "2\n", "b": "2\n"} == undo(store)
    assert {"a": "1\n", "b": "1\n"} == undo(store)
    assert {"a": "2\n", "b": "2\n"} == redo(store)
    assert {"a": "3\n", "b": "2\n"} == redo(store)
    assert None is store.redo_step()


def test_a_new_change_after_undo_ends_redo(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    apply(store, {"a": "2\n"})
    undo(store)
    apply(store, {"a": "3\n"})
    assert None is store.redo_step()
    assert {"a": "1\n"} == undo(store)


def test_a_rejected_undo_changes_nothing_of_the_line(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    apply(store, {"a": "2\n"})
    before = store.undo_step()
    assert before is not None
    change = store.stage(before.sources, kind="undo", target=before.target)
    store.reject(change.id, stage="migrate", reason="no")
    assert before == store.undo_step()


def test_a_change_that_changes_nothing_is_no_step_of_undo(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    apply(store, {"a": "2\n"})
    apply(store, {"a": "2\n"})
    assert {"a": "1\n"} == undo(store)


# -- tags, references, state, meta ---------------------------------------------------------------------------------


def test_a_tag_names_a_version_and_moves(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    apply(store, {"a": "2\n"})
    store.tag("a", 1, "works")
    store.tag("a", 1, "first")
    store.tag("a", 2, "works")
    assert {"works": 2, "first": 1} == store.tags("a")
    assert [("works",), ("first",)] == [version.tags for version in store.history("a")]
    assert [True, False] == [store.untag("a", "first"), store.untag("a", "first")]


@pytest.mark.parametrize("name", ["", "  ", "12"])
def test_a_tag_that_could_be_taken_for_a_number_is_refused(store: VersionStore, name: str) -> None:
    apply(store, {"a": "1\n"})
    with pytest.raises(ValueError, match="is no tag"):
        store.tag("a", 1, name)


@pytest.mark.parametrize(
    ("reference", "number"), [(2, 2), ("2", 2), ("v2", 2), ("live", 3), ("newest", 4), ("-1", 2), ("-2", 1), ("ok", 1)]
)
def test_a_version_can_be_meant_in_many_ways(store: VersionStore, reference: str | int, number: int) -> None:
    for text in "123":
        apply(store, {"a": f"{text}\n"})
    store.reject(store.stage({"a": "4\n"}, kind="reload").id, stage="compile", reason="no")
    store.tag("a", 1, "ok")
    assert number == store.resolve("a", reference)


def test_a_reference_that_means_nothing_says_what_would(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    with pytest.raises(ValueError, match="give a number, a tag, 'live'"):
        store.resolve("a", "yesterday")
    with pytest.raises(VersionNotFound):
        store.resolve("a", "-1")


def test_the_state_saved_with_a_version_comes_back(store: VersionStore) -> None:
    apply(store, {"a": "1\n"})
    store.save_state("a", 1, b'{"n": 1}')
    store.save_state("a", 1, b'{"n": 2}')
    assert b'{"n": 2}' == store.state("a", 1)
    with pytest.raises(VersionNotFound):
        store.save_state("a", 9, b"")


def test_meta_keeps_json_values(store: VersionStore) -> None:
    store.set_meta("tree", {"target": "shop:tree"})
    assert [{"target": "shop:tree"}, None] == [store.get_meta("tree"), store.get_meta("other")]


# -- statistics and retention ---------------------------------------------------------------------------------------


def test_statistics_count_what_there_is(store: VersionStore) -> None:
    store.accept(store.stage({"a": "1\n", "b": "1\n"}, kind="load").id, duration_ms=5.0)
    store.accept(store.stage({"a": "2\n"}, kind="reload").id, duration_ms=7.0)
    store.accept(store.stage({"a": "1\n"}, kind="rollback").id, duration_ms=6.0)
    store.reject(store.stage({"a": "(\n"}, kind="reload").id, stage="compile", reason="no")
    whole, module = store.statistics(), store.module_statistics("a")
    assert (2, 4, 4, 3, 1) == (whole.modules, whole.versions, whole.changes, whole.accepted, whole.rejected)
    assert (1, 3, 3, 1, 1, 6.0) == (
        module.live, module.versions, module.accepted, module.rejected, module.rollbacks, module.median_ms,
    )  # fmt: skip


def test_pruning_keeps_the_newest_the_live_and_the_tagged(store: VersionStore) -> None:
    for number in range(1, 9):
        apply(store, {"a": f"{number}\n"})
    store.tag("a", 2, "works")
    apply(store, {"a": "4\n"}, kind="rollback")
    assert 4 == store.prune(keep_last=2)
    assert [8, 7, 4, 2] == [version.number for version in store.history("a")]
    apply(store, {"a": "9\n"})
    assert 9 == store.newest("a")


def test_pruning_ends_the_undo_that_would_need_a_forgotten_version(store: VersionStore) -> None:
    for number in range(1, 6):
        apply(store, {"a": f"{number}\n"})
    store.prune(keep_last=3)
    assert [{"a": "4\n"}, {"a": "3\n"}] == [undo(store), undo(store)]
    assert None is store.undo_step()
    assert {"a": "4\n"} == redo(store)
