"""`jupyter sandbox mcp`: an assistant makes sandboxes, runs code in them, edits modules, looks back and goes back.

The Model Context Protocol on standard input and output, by its official package (`pip install 'sandbox-kernel[mcp]'`). Every
tool is a thin face of the host API; what an assistant sends runs inside a sandbox's isolation and nowhere else, and what it
gets is text, never an object.

Weighed: (a) one tool that runs code in one hidden sandbox: simple, and blind to versions, which are the point; (b) the
wire's requests one by one: an assistant would have to learn a protocol made for programs; (c) a dozen tools named after
what a person does: (c). The sandboxes end with the connection; a directory, if given, keeps their modules and history.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox_kernel import __version__
from sandbox_kernel.errors import CompileError, SandboxError
from sandbox_kernel.host.untrusted import check_contained
from sandbox_kernel.isolation.levels import AUTO

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from sandbox_kernel.host.manager import SandboxManager

MOST_TEXT = 20_000
INSTRUCTIONS = (
    "Sandboxes are isolated Python kernels that keep their state between calls. Use apply_module to create or edit a "
    "module: the edit is checked in a separate process and hot-reloaded with live state kept, or refused whole with the "
    "reason. Every edit is a version; history, diff and roll_back go through them. run_code runs a cell and shows what it "
    "printed and its last value."
)
MISSING = "'jupyter sandbox mcp' needs the package mcp: pip install 'sandbox-kernel[mcp]'"


class Tools:
    """What an assistant may call. Docstrings and parameter names are what it reads."""

    def __init__(self, manager: SandboxManager, root: Path | None, isolation: str, limits: str) -> None:
        self._manager, self._root, self._isolation, self._limits = manager, root, isolation, limits

    async def create_sandbox(self, name: str, modules: dict[str, str] | None = None) -> str:
        """Create an isolated Python sandbox. `modules` maps module names to source to load at once."""
        sandbox = await self._manager.create(
            name,
            directory=None if self._root is None else self._root / name,
            modules=modules or None,
            isolation=self._isolation,
            limits=self._limits,
        )
        try:
            check_contained(sandbox, self._isolation)
        except SandboxError:
            await self._manager.destroy(name)
            raise
        return f"sandbox '{name}' runs at isolation level '{sandbox.info().isolation}'"

    async def list_sandboxes(self) -> str:
        """List the sandboxes with their status."""
        rows = [
            f"{info.name}: {info.status}{f' ({info.reason})' if info.reason else ''}" for info in self._manager.list()
        ]
        return "\n".join(rows) or "there is no sandbox yet; create one with create_sandbox"

    async def run_code(self, sandbox: str, code: str, timeout_s: float = 30.0) -> str:
        """Run Python code in a sandbox, as a notebook cell. Names stay defined for the next call."""
        result = await self._manager.get(sandbox).run(code, timeout_s=timeout_s)
        parts = [_cut(result.stdout), _cut(result.stderr), _cut(result.text)]
        if result.error is not None:
            raise result.error
        return "\n".join(part.rstrip("\n") for part in parts if part) or "done; it printed nothing and has no value"

    async def apply_module(self, sandbox: str, module: str, source: str, note: str = "") -> str:
        """Create or edit a module and hot-reload it, live state kept. Refused whole when it is wrong."""
        return (await self._manager.get(sandbox).hot_reload(module, source, note=note)).summary

    async def apply_modules(self, sandbox: str, sources: dict[str, str], note: str = "") -> str:
        """Create or edit several modules as one change: all of them or none."""
        return (await self._manager.get(sandbox).hot_reload_all(sources, note=note)).summary

    async def check_module(self, sandbox: str, module: str, source: str) -> str:
        """Look for mistakes in a module's source without loading or storing it."""
        checked = await self._manager.get(sandbox).check(module, source)
        return "\n".join(_problem(found) for found in checked.problems) or "no problems found"

    async def module_source(self, sandbox: str, module: str, version: int = 0) -> str:
        """The source of a version; 0 is the saved file."""
        return await self._manager.get(sandbox).source(module, version)

    async def history(self, sandbox: str, module: str) -> str:
        """The versions of a module, newest first, with author, outcome and note."""
        found = await self._manager.get(sandbox).history(module)
        rows = [
            f"v{one.number}{' (live)' if one.number == found.live else ''}: {one.outcome} by {one.author or 'unknown'}"
            f"{', ' + one.message if one.message else ''}{', ' + one.reason if one.reason else ''}"
            for one in found.versions
        ]
        return "\n".join(rows)

    async def diff(self, sandbox: str, module: str, left: int, right: int) -> str:
        """What differs between two versions of a module, as a unified diff; 0 is the saved file."""
        return (await self._manager.get(sandbox).diff(module, left, right)).unified or "the two are the same"

    async def roll_back(self, sandbox: str, module: str, version: int) -> str:
        """Make an older version of a module live again, live state kept."""
        return (await self._manager.get(sandbox).rollback(module, version)).summary

    async def supervision_tree(self, sandbox: str) -> str:
        """The sandbox's supervisors and workers, as JSON."""
        import msgspec

        return msgspec.json.encode(await self._manager.get(sandbox).tree()).decode()

    async def restart_sandbox(self, sandbox: str) -> str:
        """Start a crashed or stuck sandbox again, with its modules at their live versions."""
        await self._manager.restart(sandbox)
        return f"sandbox '{sandbox}' runs again; its variables are gone, its modules are back"

    async def destroy_sandbox(self, sandbox: str) -> str:
        """End a sandbox."""
        await self._manager.destroy(sandbox)
        return f"sandbox '{sandbox}' is gone"


def _problem(found: Any) -> str:  # Any: wire's Problem
    return f"{found.severity} line {found.line}: {found.message}{f' ({found.hint})' if found.hint else ''}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n... and {len(text) - MOST_TEXT} characters more"


def _told(method: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[str]]:
    """Errors of the house become answers that the assistant reads; anything else stays a fault of ours."""
    from mcp.server.mcpserver.exceptions import ToolError

    @functools.wraps(method)
    async def call(*args: Any, **kwargs: Any) -> str:  # Any: the tool's own arguments
        try:
            return await method(*args, **kwargs)
        except CompileError as error:
            raise ToolError("\n".join([str(error), *(_problem(found) for found in error.diagnostics)])) from None
        except (SandboxError, ValueError, TypeError) as error:
            raise ToolError(str(error)) from None

    return call


def server(manager: SandboxManager, root: Path | None, isolation: str, limits: str) -> MCPServer[Any]:
    """The protocol's server over an open manager."""
    from mcp.server.mcpserver import MCPServer

    made: MCPServer[Any] = MCPServer(
        "sandbox-kernel", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    tools = Tools(manager, root, isolation, limits)
    for name in [name for name in vars(Tools) if not name.startswith("_")]:
        made.add_tool(_told(getattr(tools, name)), structured_output=False)
    return made


async def serve(root: Path | None, isolation: str, limits: str) -> None:
    """Answers on standard input and output until it is closed; then every sandbox is ended."""
    from sandbox_kernel.host.manager import SandboxManager

    async with SandboxManager() as manager:
        await server(manager, root, isolation, limits).run_stdio_async()


def add_command(verbs: Any) -> None:  # Any: argparse gives its sub-parsers no public type
    """`jupyter sandbox mcp`, found by its entry point."""
    text = "let an assistant use sandboxes, by the Model Context Protocol on standard input and output"
    verb = verbs.add_parser("mcp", help=text, description=text.capitalize() + ".")
    verb.add_argument(
        "--directory", metavar="DIR", type=Path, help="keep modules and history here; temporary by default"
    )
    verb.add_argument("--isolation", default=AUTO, metavar="LEVEL", help="an isolation level; the strongest by default")
    verb.add_argument("--limits", default="strict", metavar="PROFILE", help="strict, classroom or trusted (strict)")
    verb.add_argument("--config", action="store_true", help="only print the entry for an assistant's configuration")
    verb.set_defaults(act=_command)


def _command(asked: argparse.Namespace) -> Any:  # Any: the command line's own answer
    from sandbox_kernel.host.commands import Answer

    if asked.config:
        entry = {"mcpServers": {"sandbox-kernel": {"command": "jupyter", "args": ["sandbox", "mcp"]}}}
        return Answer(entry, json.dumps(entry, indent=2))
    try:
        import mcp.server.mcpserver  # noqa: F401
    except ImportError:
        raise SandboxError(MISSING) from None
    root = None if asked.directory is None else asked.directory.expanduser().absolute()
    asyncio.run(serve(root, asked.isolation, asked.limits))
    return Answer({})
