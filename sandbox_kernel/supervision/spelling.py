"""Which name was meant, where that is certain: exactly one known name is one slip of the hand away. Pure."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from types import TracebackType

_SHORTEST = 3  # of shorter names everything is one slip away


def meant(name: str, known: Iterable[str]) -> str:
    """The one name that `name` stands for, or nothing: a guess helps nobody."""
    if len(name) < _SHORTEST:
        return ""
    found = {other for other in known if other != name and _one_slip(name, other)}
    return found.pop() if len(found) == 1 else ""


def _one_slip(a: str, b: str) -> bool:
    """One letter more, less or other, two letters changed about, or small and capital ones mixed up."""
    if a.lower() == b.lower():
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    at = next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    other, more, less = a[at + 1 :] == b[at + 1 :], a[at + 1 :] == b[at:], a[at:] == b[at + 1 :]
    turned = a[at : at + 2] == b[at : at + 2][::-1] and a[at + 2 :] == b[at + 2 :]
    return other or more or less or turned


def hint_for_error(error: BaseException) -> str:
    """For a name or an attribute that does not exist."""
    name = getattr(error, "name", None)
    if not isinstance(name, str):
        return ""
    if type(error) is NameError:
        known: Iterable[str] = _names_in(error.__traceback__)
    elif isinstance(error, AttributeError):
        known = _attributes_of(error)
    else:
        return ""
    found = meant(name, known)
    return f"did you mean '{found}'?" if found else ""


def _names_in(trace: TracebackType | None) -> set[str]:
    if trace is None:
        return set()
    while trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame
    return {*frame.f_locals, *frame.f_globals, *vars(builtins)}


def _attributes_of(error: AttributeError) -> list[str]:
    try:
        return [name for name in dir(error.obj) if not name.startswith("_")]
    except Exception:  # a learner's __dir__ may raise anything; the report must still be written
        return []
