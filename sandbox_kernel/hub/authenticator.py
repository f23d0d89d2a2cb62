"""The hub's authenticator: who stands in the roster comes in, first with a join code, then with a password of their own."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from tornado.web import HTTPError
from traitlets import Unicode

from sandbox_kernel.roster import GROUPS, LEAST_PASSWORD, Credentials, Person, RosterError, read_roster

MOST_FAILURES = 10
FAILURES_COUNT_S = 300.0


class RosterAuthenticator(Authenticator):  # type: ignore[misc]  # the hub has no types
    """`roster_file` is looked at again at each login, so a late learner is one more line in it."""

    roster_file = Unicode(config=True, help="CSV file with the columns name, shown, role")
    roster_database = Unicode(config=True, help="where password hashes are kept, as a database URL")
    roster_secret_file = Unicode(config=True, help="32 random bytes that the join codes are computed from")

    def __init__(self, **kwargs: Any) -> None:  # Any: traitlets
        super().__init__(**kwargs)
        self._people: dict[str, Person] = {}
        self._read_at = 0
        self._failures: defaultdict[str, deque[float]] = defaultdict(deque)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._credentials = Credentials(self.roster_database, Path(self.roster_secret_file).read_bytes())

    async def authenticate(
        self, handler: Any, data: dict[str, str] | None = None, **_: Any
    ) -> dict[str, Any] | None:  # Any: tornado
        """Called by the hub with the login form. None shows the form again with its own words."""
        form = data or {}
        name, given, chosen = (
            form.get("username", "").strip().lower(),
            form.get("password", ""),
            form.get("new_password", ""),
        )
        self._refuse_guessing(name)
        if name not in self.people() or not given:
            await self._hash(self._credentials.matches, name, given)  # as slow as for a name that is there
            self._failed(name)
            return None
        if chosen:
            if len(chosen) < LEAST_PASSWORD:
                raise HTTPError(400, f"Please choose a password of at least {LEAST_PASSWORD} characters and try again.")
            good = await self._hash(self._credentials.join, name, given, chosen)
        else:
            good = await self._hash(self._credentials.matches, name, given)
        if not good:
            self._failed(name)
            return None
        self._failures.pop(name, None)
        return self._model(name)

    async def refresh_user(self, user: Any, handler: Any = None, **_: Any) -> dict[str, Any] | bool:  # Any: the hub's
        """Called by the hub now and then: the roster of this minute counts, not that of the login."""
        return self._model(user.name) or False

    def _model(self, name: str) -> dict[str, Any] | None:  # Any: as the hub takes it
        person = self.people().get(name)
        return {"name": name, "groups": [GROUPS[person.role]]} if person else None

    async def _hash(self, work: Callable[..., bool], *words: str) -> bool:
        """One at a time: each takes 16 MB, which the process would keep for every thread that ever did one."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *words)

    def check_allowed(self, username: str, auth_model: Any = None) -> bool:  # Any: the hub's model
        """Called by the hub after each login: who was taken off the roster is out."""
        return username in self.people()

    def people(self) -> dict[str, Person]:
        """The roster as it stands; one that cannot be read now leaves the last good one in force."""
        path = Path(self.roster_file)
        try:
            changed = path.stat().st_mtime_ns
            if changed != self._read_at:
                self._people, self._read_at = read_roster(path), changed
        except (OSError, RosterError) as error:
            self.log.warning("the roster stays as it was: %s", error)
        return self._people

    def _refuse_guessing(self, name: str) -> None:
        failures = self._failures[name]
        while failures and failures[0] < time.monotonic() - FAILURES_COUNT_S:
            failures.popleft()
        if len(failures) >= MOST_FAILURES:
            raise HTTPError(429, "Too many wrong passwords for this name; please wait five minutes and try again.")

    def _failed(self, name: str) -> None:
        self._failures[name].append(time.monotonic())
        if len(self._failures) > 10_000:  # guessed names must not fill the memory
            self._failures.clear()
