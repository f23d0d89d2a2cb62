"""Which sandbox this kernel is. Set once, when the extension is loaded."""

from __future__ import annotations

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime.session import Session

_current: Session | None = None


def current() -> Session:
    """The sandbox of this kernel. Raises SandboxError in a kernel that is none."""
    if _current is None:
        raise SandboxError("this kernel is not a sandbox: choose the kernel 'Sandbox (Python)' for the notebook")
    return _current


def set_current(session: Session | None) -> None:
    global _current
    _current = session
