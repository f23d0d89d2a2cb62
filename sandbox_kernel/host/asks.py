"""Checks what people pass in, and turns a sandbox's refusals into errors. Pure; every message is one clear sentence."""

from __future__ import annotations

import base64
import keyword
import re
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sandbox_kernel import errors, wire

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
SOURCE_LIMIT_BYTES = 1024 * 1024
CODE_LIMIT_BYTES = 8 * 1024 * 1024

R = TypeVar("R", bound=wire.Message)
StateHandler = Callable[[Any, int, int], Any]  # Any: a worker's state is what its author likes


def check_name(name: object) -> str:
    """A sandbox's name: it stands in file names and on command lines."""
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name for a sandbox; use 1 to 64 letters, digits, dots, dashes or underscores, "
            "beginning with a letter or digit"
        )
    return name


def check_module(module: object) -> str:
    """A module's name: identifiers, with dots between them for a package."""
    parts = module.split(".") if isinstance(module, str) else []
    if not parts or not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        raise ValueError(f"{module!r} is no module name; use Python names such as 'till' or 'shop.cart'")
    return ".".join(parts)


def check_source(module: str, source: object) -> str:
    """A module's text, or the text of the file that a `Path` names."""
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    if not isinstance(text, str):
        raise TypeError(f"the source of '{module}' must be a text or a pathlib.Path, not {type(source).__name__}")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > SOURCE_LIMIT_BYTES:
        raise ValueError(
            f"the source of '{module}' has {size:,} bytes and at most {SOURCE_LIMIT_BYTES:,} are taken; "
            "split it into several modules or put the data into a file"
        )
    return text


def check_sources(sources: Mapping[str, str | Path]) -> dict[str, str]:
    if not sources:
        raise ValueError("there is nothing to load; pass at least one module and its source")
    return {check_module(module): check_source(module, source) for module, source in sources.items()}


def check_timeout(timeout_s: float) -> float:
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, int | float) or not 0 < timeout_s < 1e9:
        raise ValueError(f"a timeout is a positive number of seconds, not {timeout_s!r}")
    return float(timeout_s)


def check_target(target: str) -> str:
    """`module:function`, as a supervisor is named."""
    module, colon, function = target.partition(":")
    if not colon or not function.isidentifier():
        raise ValueError(f"{target!r} names no supervisor; write 'module:function', such as 'till.tree:root'")
    check_module(module)
    return target


def check_handler(handler: StateHandler | None) -> str:
    """A `state_handler`, packed for the way in; empty for none. Raises TypeError where it cannot be sent."""
    if handler is None:
        return ""
    if not callable(handler):
        raise TypeError(
            f"a state_handler is a function (old_state, old_version, new_version) -> new_state, not {handler!r}"
        )
    try:
        return base64.b85encode(_packed(handler)).decode()
    except Exception as error:  # border: packing runs what the function refers to
        raise TypeError(
            f"this state_handler cannot be sent into a sandbox ({type(error).__name__}: {error}); "
            "let it refer to plain data, and import what else it needs inside"
        ) from error


def _packed(handler: Callable[..., object]) -> bytes:
    """By value also where it stands in a module of the host's own, which the sandbox cannot import."""
    import cloudpickle  # heavy, and only needed here

    module = sys.modules.get(getattr(handler, "__module__", None) or "")
    if module is None or module.__name__ in cloudpickle.list_registry_pickle_by_value() or _is_library(module):
        return bytes(cloudpickle.dumps(handler))
    cloudpickle.register_pickle_by_value(module)
    try:
        return bytes(cloudpickle.dumps(handler))
    finally:
        cloudpickle.unregister_pickle_by_value(module)


def _is_library(module: ModuleType) -> bool:
    """Whether a sandbox finds it as well: part of Python, or installed beside us."""
    file = getattr(module, "__file__", None)
    return file is None or file.startswith(tuple(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))


def check_code(code: str | Callable[[], object]) -> str:
    """Code as text; a function without arguments travels in by cloudpickle, and nothing ever travels out that way."""
    if callable(code):
        import cloudpickle  # heavy, and only needed here

        packed = base64.b85encode(cloudpickle.dumps(code)).decode()
        code = f"__import__('cloudpickle').loads(__import__('base64').b85decode({packed!r}))()"
    if not isinstance(code, str):
        raise TypeError(f"run takes code as text or a function without arguments, not {type(code).__name__}")
    if len(code) > CODE_LIMIT_BYTES:
        raise ValueError(f"the code has {len(code):,} characters and at most {CODE_LIMIT_BYTES:,} are taken")
    return code


def expect(reply: wire.Reply, kind: type[R], request: wire.Request) -> R:
    """The reply if it is of that kind; a `Failure` is raised as the error it names."""
    if isinstance(reply, kind):
        return reply
    if isinstance(reply, wire.Failure):
        raise error_of(reply, request)
    raise errors.WireError(f"a {type(request).__name__} was answered by a {type(reply).__name__}")


def error_of(failure: wire.Failure, request: wire.Request) -> errors.SandboxError:
    """The error of that name with the sandbox's own text; its facts are those of the request."""
    kind = getattr(errors, failure.error, errors.SandboxError)
    if not (isinstance(kind, type) and issubclass(kind, errors.SandboxError)):
        kind = errors.SandboxError
    error = kind.__new__(kind)
    error.args = (failure.message,)
    facts = {"module": getattr(request, "module", ""), "number": getattr(request, "number", 0), "reason": failure.error}
    vars(error).update(facts)
    return error


def refusal_of(applied: wire.Applied) -> errors.SandboxError:
    """The error that a refused change is raised as."""
    module = next((problem.module for problem in applied.problems if problem.module), "")
    if applied.stage in ("compile", "import"):
        return errors.CompileError(module, applied.summary, applied.problems)
    if applied.stage == "migrate":
        return errors.MigrationError(applied.summary, module=module)
    return errors.ReloadError(applied.summary, module=module, reason=applied.stage or "failed")
