from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.roster import Credentials, Person, RosterError, read_roster


@pytest.fixture
def credentials(tmp_path: Path) -> Iterator[Credentials]:
    made = Credentials(f"sqlite:///{tmp_path / 'roster.sqlite'}", b"s" * 32)
    yield made
    made.close()


def roster(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_roster_gives_people_with_roles_and_shown_names(tmp_path: Path) -> None:
    path = roster(tmp_path, "\ufeffname,shown,role\nAda,Ada L.,\nms-teach,,instructor\n")
    expected = {"ada": Person("ada", "Ada L."), "ms-teach": Person("ms-teach", "ms-teach", "instructor")}
    assert expected == read_roster(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name\nada\nADA\n", "line 3 .* names 'ada' a second time"),
        ("name\n../etc\n", "line 2 .* has the name '../etc'"),
        ("name,role\nada,boss\n", "line 2 .* has the role 'boss'"),
        ("shown\nAda\n", "one of them 'name'"),
        ("name\n", "names nobody"),
    ],
)
def test_a_faulty_roster_names_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RosterError, match=says):
        read_roster(roster(tmp_path, text))


def test_a_join_code_works_once_and_the_password_from_then_on(credentials: Credentials) -> None:
    code = credentials.code("ada")
    assert credentials.join("ada", code.lower(), "a good password")
    assert not credentials.join("ada", code, "another password")
    assert credentials.matches("ada", "a good password")
    assert not credentials.matches("ada", "another password")
    assert "" == credentials.code("ada")


def test_a_code_is_good_for_one_name_and_stays_the_same_until_it_is_used(credentials: Credentials) -> None:
    code = credentials.code("ada")
    assert not credentials.join("bob", code, "a good password")
    assert code == credentials.code("ada")
    assert code != credentials.code("bob")


def test_a_reset_forgets_the_password_and_gives_another_code(credentials: Credentials) -> None:
    first = credentials.code("ada")
    credentials.join("ada", first, "a good password")
    second = credentials.reset("ada")
    assert first != second
    assert not credentials.matches("ada", "a good password")
    assert not credentials.join("ada", first, "a good password")
    assert credentials.join("ada", second, "a better password")


def test_nobody_comes_in_without_a_password(credentials: Credentials) -> None:
    assert not credentials.matches("ada", "")


def test_passwords_and_codes_stand_nowhere_in_plain_text(tmp_path: Path, credentials: Credentials) -> None:
    code = credentials.code("ada")
    credentials.join("ada", code, "a good password")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"a good password" not in stored
    assert code.encode() not in stored
