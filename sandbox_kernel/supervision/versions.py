"""The version of a worker's code: what its author says, else a hash of the code itself.

Weighed for the hash: (a) the source text, (b) the compiled methods. (b): it needs no file, so it is right for classes
of cells and for classes whose methods were patched in place, and comments and layout do not count. Another Python
version compiles otherwise, so state saved under one and loaded under another counts as changed; an explicit `vsn`
avoids that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from sandbox_kernel.supervision.worker import Worker


def version_of(cls: type[Worker]) -> Any:
    """The explicit `vsn` of the class or the nearest base that has one, else twelve hex digits."""
    return cls.vsn if cls.vsn is not None else code_hash(cls)


def code_hash(cls: type[Worker]) -> str:
    digest = hashlib.sha256()
    for base in cls.__mro__:
        if base in (Worker, object):
            continue
        for name, value in sorted(vars(base).items()):
            function = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            if isinstance(function, FunctionType):
                digest.update(f"{name}:{'|'.join(_parts(function.__code__, function.__doc__))}".encode())
    return digest.hexdigest()[:12]


def _parts(code: CodeType, docstring: str | None) -> Iterator[str]:
    """What the code does; not where it stands, how it is laid out or what its docstring says."""
    yield code.co_code.hex()
    yield repr((code.co_names, code.co_varnames, code.co_freevars))
    for place, constant in enumerate(code.co_consts):
        if isinstance(constant, CodeType):
            yield from _parts(constant, None)
        elif place > 0 or constant not in (None, docstring):  # the first one is the docstring, or None without one
            yield repr(sorted(constant, key=repr) if isinstance(constant, frozenset) else constant)
