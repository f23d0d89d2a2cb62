"""Who is in the class: the roster from a CSV file, join codes, and the passwords that people choose with them.

The roster file says who may come and in which role; it is read again whenever it changes. What people make of it
(password hashes, used codes) is in a database of the hub's, which the classroom service never opens. A join code is
computed from a secret of this installation, so it can be printed again after a restart and stands nowhere in plain text.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from sandbox_kernel.errors import SandboxError

LEARNER, ASSISTANT, INSTRUCTOR = "learner", "assistant", "instructor"
ROLES: Final = (LEARNER, ASSISTANT, INSTRUCTOR)
GROUPS: Final[Mapping[str, str]] = {LEARNER: "learners", ASSISTANT: "assistants", INSTRUCTOR: "instructors"}
LEAST_PASSWORD: Final = 8
_MOST_PASSWORD: Final = 1024
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_ALPHABET = (
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789",
)  # no I and O: they are read as 1 and 0


class RosterError(SandboxError):
    """The roster cannot be used; the text says which line and what to change."""


@dataclass(frozen=True, slots=True)
class Person:
    """`name` is the user name and may be a pseudonym; `shown` is what the board shows."""

    name: str
    shown: str
    role: str = LEARNER


def read_roster(path: Path) -> dict[str, Person]:
    """The people by name. The first line names the columns: `name`, and if wanted `shown` and `role`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise RosterError(
            f"the roster {path} cannot be read ({error.strerror}); name a CSV file with --roster"
        ) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise RosterError(f"the roster {path} is no CSV file in UTF-8 ({error}); save it as one") from None
    people: dict[str, Person] = {}
    for number, row in enumerate(rows, 2):
        person = _person(
            {(key or "").strip().lower(): (value or "") for key, value in row.items() if key}, path, number
        )
        if person.name in people:
            raise RosterError(
                f"line {number} of {path} names '{person.name}' a second time; give everyone a name of their own"
            )
        people[person.name] = person
    if not people:
        raise RosterError(
            f"the roster {path} names nobody; its first line is 'name,shown,role', then one line per person"
        )
    return people


def _person(row: Mapping[str, str], path: Path, number: int) -> Person:
    if "name" not in row:
        raise RosterError(f"the first line of {path} must name the columns, and one of them 'name'")
    name, role = row["name"].strip().lower(), row.get("role", "").strip().lower() or LEARNER
    if not _NAME.fullmatch(name):
        raise RosterError(
            f"line {number} of {path} has the name {row['name']!r}; use up to 32 letters, digits, - and _, a letter first"
        )
    if role not in ROLES:
        raise RosterError(f"line {number} of {path} has the role {role!r}; the roles are {', '.join(ROLES)}")
    return Person(name, row.get("shown", "").strip() or name, role)


_metadata = sa.MetaData()
_credential = sa.Table(
    "roster_credential",
    _metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("password", sa.String(200), nullable=False, default=""),  # empty until the join code was used
    sa.Column("generation", sa.Integer, nullable=False, default=0),  # counts resets: each gives a new code
)


class Credentials:
    """Passwords and join codes. Calls block for some 50 ms of hashing: from a coroutine use a thread."""

    def __init__(self, database: str, secret: bytes) -> None:
        self._engine = sa.create_engine(database)
        self._secret = secret
        _metadata.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def code(self, name: str) -> str:
        """The code that lets this person choose a password; empty once it was used."""
        password, generation = self._row(name)
        return "" if password else self._code(name, generation)

    def join(self, name: str, code: str, password: str) -> bool:
        """Uses the code up. False when it is not the right one or was used before."""
        _, generation = self._row(name)
        given = code.strip().upper().replace(" ", "").replace("-", "").encode()
        if not hmac.compare_digest(given, self._code(name, generation).replace("-", "").encode()):
            return False
        hashed = _hashed(password)
        with self._engine.begin() as connection:
            if connection.execute(sa.select(_credential.c.name).where(_credential.c.name == name)).first() is None:
                connection.execute(_credential.insert().values(name=name, password="", generation=generation))
            unused = (
                (_credential.c.name == name) & (_credential.c.password == "") & (_credential.c.generation == generation)
            )
            return connection.execute(_credential.update().where(unused).values(password=hashed)).rowcount == 1

    def matches(self, name: str, password: str) -> bool:
        """Takes the same time for a name without a password."""
        stored, _ = self._row(name)
        return _matches(password, stored or _NOBODY) and bool(stored)

    def reset(self, name: str) -> str:
        """Forgets the password; a new code."""
        _, generation = self._row(name)
        with self._engine.begin() as connection:
            connection.execute(_credential.delete().where(_credential.c.name == name))
            connection.execute(_credential.insert().values(name=name, password="", generation=generation + 1))
        return self.code(name)

    def forget(self, name: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(_credential.delete().where(_credential.c.name == name))

    def _row(self, name: str) -> tuple[str, int]:
        wanted = sa.select(_credential.c.password, _credential.c.generation).where(_credential.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return (str(row[0]), int(row[1])) if row else ("", 0)

    def _code(self, name: str, generation: int) -> str:
        mac = hmac.digest(self._secret, f"{generation}:{name}".encode(), "sha256")
        text = base64.b32encode(mac[:5]).translate(bytes.maketrans(*_ALPHABET)).decode()
        return f"{text[:4]}-{text[4:]}"


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_digest(password, salt).hex()}"


def _matches(password: str, stored: str) -> bool:
    _, salt, digest = stored.split("$")
    return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), bytes.fromhex(digest))


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password[:_MOST_PASSWORD].encode(), salt=salt, n=1 << 14, r=8, p=1)


_NOBODY: Final = f"scrypt${'00' * 16}${'00' * 64}"
