"""What is written in a view and not made live yet, kept in the sandbox's directory: a kernel or a page that is started
anew has it again. A kernel that is no sandbox keeps nothing.
"""

from __future__ import annotations

from sandbox_kernel.errors import SandboxError
from sandbox_kernel.runtime import current


def keep(name: str, value: object) -> None:
    """`value` is JSON data. A store that fails must not end what the learner is doing."""
    try:
        current.current().store.set_meta(f"draft {name}", value)
    except SandboxError:
        return


def kept(name: str) -> object:
    """None where nothing is kept."""
    try:
        return current.current().store.get_meta(f"draft {name}")
    except SandboxError:
        return None
