"""States, their schemas and migrations: a pure description, so that random chains can be compared with doing it by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox_kernel.errors import MigrationError
from sandbox_kernel.supervision.schema import Field, StateSchema, incompatible


def tills() -> StateSchema:
    schema = StateSchema(3, {"cents": Field(int, check=lambda cents: cents >= 0), "sold": Field(int, default=0)})

    @schema.migration(1, 2)
    def rename(state: dict[str, Any]) -> dict[str, Any]:
        return {"money": state.pop("euros"), **state}

    @schema.migration(2, 3)
    def in_cents(state: dict[str, Any]) -> dict[str, Any]:
        return {"cents": round(state.pop("money") * 100), **state}

    @schema.migration(3, 2)
    def in_euros(state: dict[str, Any]) -> dict[str, Any]:
        return {"money": state.pop("cents") / 100, **state}

    return schema


def test_a_state_is_brought_up_by_a_chain_of_migrations() -> None:
    old = {"euros": 1.5, "note": "kept"}
    assert {"cents": 150, "sold": 0, "note": "kept", "schema": 3} == tills().adapt(old)
    assert {"euros": 1.5, "note": "kept"} == old


def test_a_state_of_this_version_only_gets_its_defaults() -> None:
    assert {"cents": 5, "sold": 0, "schema": 3} == tills().adapt({"cents": 5, "schema": 3})


def test_a_state_can_be_brought_down() -> None:
    assert {"money": 1.5, "sold": 2, "schema": 2} == tills().migrate({"cents": 150, "sold": 2, "schema": 3}, 3, 2)


def test_a_default_is_not_shared() -> None:
    schema = StateSchema(1, {"items": Field(list, default=[])})
    schema.new()["items"].append(1)
    assert [] == schema.new()["items"]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"cents": "5", "schema": 3}, "field 'cents' is '5', not of type int"),
        ({"cents": True, "schema": 3}, "field 'cents' is True, not of type int"),
        ({"cents": None, "schema": 3}, "field 'cents' is None, not of type int"),
        ({"cents": -1, "schema": 3}, "field 'cents' has the value -1, which its check refuses"),
        ({"schema": 3}, "field 'cents' is missing"),
        ({"euros": "x"}, "the migration from version 2 to 3 raised TypeError"),
        ({"pounds": 1}, "the migration from version 1 to 2 raised KeyError"),
        ({"cents": 1, "schema": 9}, "no migrations lead from version 9 to 3"),
        ([1], "a state is a dictionary, not list"),
    ],
)
def test_what_cannot_be_migrated_is_told(state: Any, message: str) -> None:
    before = copy.deepcopy(state)
    with pytest.raises(MigrationError, match=message):
        tills().adapt(state)
    assert before == state


def test_a_migration_that_forgets_to_return_is_told() -> None:
    schema = StateSchema(2, {})
    schema.migration(1, 2)(lambda state: None)
    with pytest.raises(MigrationError, match="from version 1 to 2 returned NoneType, not a dictionary"):
        schema.adapt({})


@pytest.mark.parametrize(("version", "fields"), [(0, {}), (1, {"schema": Field(int)})])
def test_a_schema_that_cannot_be_is_refused(version: int, fields: dict[str, Field]) -> None:
    with pytest.raises(ValueError, match="schema"):
        StateSchema(version, fields)


def test_what_differs_between_two_schemas() -> None:
    old = StateSchema(1, {"a": Field(int), "b": Field(int), "c": Field(int, default=0)})
    new = StateSchema(2, {"a": Field(str), "c": Field(int), "d": Field(int, default=0), "e": Field(int)})
    changes = new.changes_since(old)
    assert (("d",), ("b",), ("a",), ("c", "e")) == (
        changes.added,
        changes.removed,
        changes.retyped,
        changes.now_required,
    )
    assert not changes.compatible
    assert StateSchema(2, {**old.fields, "d": Field(int, default=0)}).changes_since(old).compatible


@given(st.sets(st.tuples(st.integers(1, 7), st.integers(1, 7)).filter(lambda edge: edge[0] != edge[1])), st.data())
def test_a_chain_is_the_shortest_that_there_is(edges: set[tuple[int, int]], data: st.DataObject) -> None:
    source, target = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 7))
    schema = StateSchema(target, {})
    for here, there in edges:
        schema.migration(here, there)(lambda state, here=here, there=there: {"way": [*state["way"], (here, there)]})
    reached = {source}
    steps = 0
    while target not in reached and len(reached) < 8 and steps < 8:
        reached |= {there for here, there in edges if here in reached}
        steps += 1
    if target not in reached:
        with pytest.raises(MigrationError, match="no migrations lead"):
            schema.migrate({"way": []}, source, target)
        return
    way = schema.migrate({"way": []}, source, target)["way"]
    assert steps == len(way)
    assert [source, *(there for _, there in way)] == [*(here for here, _ in way), target]


@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        ({"a": 1}, {"a": 2, "b": 3}, []),
        ({"a": 1, "b": 1}, {"a": 2}, ["the key 'b' would be lost"]),
        ((1, 2), (1, 2), []),
        ((1, 2), (1, 2, 3), ["the tuple had 2 values and would have 3"]),
        ({"a": 1}, [1], ["the state was dict and would be list"]),
        (5, 6, []),
    ],
)
def test_whether_one_state_may_take_the_place_of_another(old: object, new: object, reasons: list[str]) -> None:
    assert reasons == incompatible(old, new)
