"""State as JSON and back: plain data, tuples, sets, bytes and dataclasses. What it cannot say it refuses, with the
place.

Never pickle: a checkpoint outlives the process that wrote it, and may be read by another version of the code.
"""

from __future__ import annotations

import base64
import dataclasses
import importlib
import json
from typing import Any

_TAG = "$"  # the one key of an object that is not a plain one


class NotPlainError(TypeError):
    """`path` is the place in the state."""

    def __init__(self, path: str, value: object) -> None:
        self.path = path
        super().__init__(
            f"{path} is a {type(value).__qualname__}, which cannot be saved; keep it out of the state, or do not checkpoint"
        )


def encode(state: Any) -> bytes:
    return json.dumps(_plain(state, "the state"), ensure_ascii=False, separators=(",", ":")).encode()


def decode(data: bytes) -> Any:
    return _live(json.loads(data))


def _plain(value: Any, path: str) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [_plain(item, f"{path}[{index}]") for index, item in enumerate(value)]
    if type(value) is dict:
        return _plain_dict(value, path)
    if type(value) in (tuple, set, frozenset):
        items = sorted(value, key=repr) if type(value) is not tuple else value
        return {_TAG: type(value).__name__, "items": [_plain(item, f"{path}[...]") for item in items]}
    if type(value) is bytes:
        return {_TAG: "bytes", "base64": base64.b64encode(value).decode()}
    if dataclasses.is_dataclass(value) and "<locals>" not in type(value).__qualname__:
        return _plain_dataclass(value, path)
    raise NotPlainError(path, value)


def _plain_dict(value: dict[Any, Any], path: str) -> Any:
    if all(type(key) is str for key in value) and _TAG not in value:
        return {key: _plain(item, f"{path}[{key!r}]") for key, item in value.items()}
    pairs = [[_plain(k, f"a key of {path}"), _plain(v, f"{path}[{k!r}]")] for k, v in value.items()]
    return {_TAG: "dict", "items": pairs}


def _plain_dataclass(value: Any, path: str) -> Any:
    cls = type(value)
    names = [field.name for field in dataclasses.fields(value)]
    fields = {name: _plain(getattr(value, name), f"{path}.{name}") for name in names}
    return {_TAG: "dataclass", "class": f"{cls.__module__}:{cls.__qualname__}", "fields": fields}


def _live(value: Any) -> Any:
    if isinstance(value, list):
        return [_live(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _TAG not in value:
        return {key: _live(item) for key, item in value.items()}
    return _tagged(value)


def _tagged(value: dict[str, Any]) -> Any:
    match value[_TAG]:
        case "tuple" | "set" | "frozenset" as kind:
            return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](_live(value["items"]))
        case "bytes":
            return base64.b64decode(value["base64"])
        case "dict":
            return {_live(key): _live(item) for key, item in value["items"]}
        case "dataclass":
            return _live_dataclass(value)
    raise ValueError(f"the checkpoint has an unknown tag {value[_TAG]!r}; it was written by a newer version")


def _live_dataclass(value: dict[str, Any]) -> Any:
    """An instance with the fields that were saved, without `__init__`: `code_change` brings it into today's shape."""
    module, _, qualname = value["class"].partition(":")
    found: Any = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part)
    if not (isinstance(found, type) and dataclasses.is_dataclass(found)):
        raise ValueError(f"{value['class']} is no dataclass any more; write a code_change that does without it")
    instance = object.__new__(found)
    for name, item in value["fields"].items():
        object.__setattr__(instance, name, _live(item))
    return instance
