"""`Profile`: which modules and calls a sandbox is not meant for, and how one is read from a setting. Pure.

A courtesy to learners, who read at once what this sandbox is not meant for; no boundary: code that wants to hide a call
from a look at its text can. The isolation level is the boundary (docs/isolation.md).

Weighed for two lists that may both speak of a name: (a) denials always win: then `os` without `os.path` cannot be said;
(b) the order of the rules decides: a list that must be read as a program; (c) the most specific rule decides, and at the
same length the one that allows: `os` denied and `os.path` allowed says what it looks like, and `*` is the least specific
of all. (c) it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

EVERYTHING: Final = "*"


def _check_rule(field: str, rule: str) -> None:
    stem = rule.removesuffix(EVERYTHING).removesuffix(".") if field.endswith("calls") else rule
    if rule != EVERYTHING and not all(part.isidentifier() for part in stem.split(".")):
        raise ValueError(f"'{rule}' in {field} is no dotted name; write one such as 'os' or 'os.system'")
    if rule == EVERYTHING and field != "denied_modules":
        raise ValueError(f"'*' can only stand in denied_modules, not in {field}")


@dataclass(frozen=True, slots=True)
class Profile:
    """Rules are dotted names. One of `..._modules` holds for the module and all in it, one of `..._calls` for that name
    alone, or for all that begin so where it ends with a star (`os.exec*`). The most specific rule decides.

    `denied_modules=("*",)` denies every import that no rule allows; the sandbox's own modules are never meant by the star.
    """

    name: str = "open"
    denied_modules: tuple[str, ...] = ()
    denied_calls: tuple[str, ...] = ()
    allowed_modules: tuple[str, ...] = ()
    allowed_calls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"a profile's name must be a text, not {self.name!r}")
        for field in fields(self)[1:]:
            rules = getattr(self, field.name)
            if not isinstance(rules, tuple) or not all(isinstance(rule, str) for rule in rules):
                raise TypeError(f"{field.name} of a profile must be a list of dotted names, such as ['os.system']")
            for rule in rules:
                _check_rule(field.name, rule)

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        return asdict(self)


PROFILES: Final[dict[str, Profile]] = {
    "open": Profile(),
    "strict": Profile(
        "strict",
        denied_modules=(
            "aiohttp", "asyncio.subprocess", "ctypes", "ftplib", "http", "httpx", "imaplib", "multiprocessing", "poplib",
            "pty", "requests", "smtplib", "socket", "socketserver", "ssl", "subprocess", "telnetlib", "urllib", "xmlrpc",
        ),
        denied_calls=(
            "__import__", "asyncio.create_subprocess_*", "compile", "eval", "exec", "os._exit", "os.abort", "os.exec*",
            "os.fork*", "os.kill*", "os.popen", "os.posix_spawn*", "os.spawn*", "os.startfile", "os.system", "shutil.rmtree",
        ),
        allowed_modules=("http.HTTPStatus", "urllib.parse"),
    ),
}  # fmt: skip


def profile_from(value: Profile | str | Mapping[str, Any] | None) -> Profile:  # Any: JSON
    """A `Profile`, the name of one, its JSON, or a mapping with changes to one (key `profile`, default open).

    ValueError and TypeError say in a sentence what is wrong.
    """
    if value is None or value == "":
        return PROFILES["open"]
    if isinstance(value, Profile):
        return value
    if isinstance(value, str):
        return profile_from(_parsed(value)) if value.lstrip().startswith("{") else _named(value)
    changes = dict(value)
    base = _named(changes.pop("profile", "open"))
    known = [field.name for field in fields(Profile)]
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise ValueError(f"a profile has no '{unknown[0]}'; it has {', '.join(known)}")
    lists = {name: tuple(rules) if isinstance(rules, list) else rules for name, rules in changes.items()}
    return Profile(**{**asdict(base), "name": "custom" if changes else base.name, **lists})


def _named(name: object) -> Profile:
    if not isinstance(name, str) or name not in PROFILES:
        raise ValueError(f"there is no profile {name!r}; there are {', '.join(PROFILES)}, or give one as JSON")
    return PROFILES[name]


def _parsed(text: str) -> Mapping[str, Any]:  # Any: JSON
    try:
        found: Mapping[str, Any] = json.loads(text)  # Any: as above
    except ValueError as error:
        raise ValueError(f"the profile is no JSON ({error}); give its name or an object of lists") from None
    return found
