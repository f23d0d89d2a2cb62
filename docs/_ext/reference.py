"""Entries of the reference that are read from the code, so that they cannot differ from it:

    ```{magics}            every magic of a module: usage, what it does, arguments
    sandbox_kernel.runtime.magics
    ```
    ```{commands}          every command of `jupyter sandbox`
    ```
    ```{structs}           every struct of a module below a base class: fields and what they mean
    sandbox_kernel.wire Event
    ```

Each makes Markdown and has it parsed in place, with a heading and a target for every entry.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles


class FromCode(SphinxDirective):
    has_content = True

    def markdown(self, arguments: list[str]) -> Iterator[str]:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        lines = list(self.markdown(" ".join(self.content).split()))
        holder = nodes.Element()
        nested_parse_with_titles(self.state, StringList(lines, source="reference"), holder)
        return holder.children


class Magics(FromCode):
    def markdown(self, arguments: list[str]) -> Iterator[str]:
        for name in arguments:
            module = importlib.import_module(name)
            for kind in vars(module).values():
                if inspect.isclass(kind) and kind.__module__ == name and "magics" in vars(kind):
                    yield from (line for entry in magics_of(kind) for line in entry)


def magics_of(kind: type) -> Iterator[list[str]]:
    """The lines of each magic's entry; a cell magic has two percent signs."""
    for sort, sign in (("cell", "%%"), ("line", "%")):
        for name, attribute in sorted(kind.magics[sort].items()):  # type: ignore[attr-defined]
            method = getattr(kind, attribute)
            parser = getattr(method, "parser", None)
            usage = words(parser.format_usage()).removeprefix(f"%{name}") if parser else ""
            lines = ["```{index} " + sign + name, "```", f"### `{sign}{name}{usage.rstrip()}`", ""]
            description = (parser.description if parser else None) or inspect.getdoc(method) or ""
            lines += [words(description), ""]
            yield [*lines, *(options(parser) if parser else []), ""]


class Commands(FromCode):
    def markdown(self, arguments: list[str]) -> Iterator[str]:
        from sandbox_kernel.host.cli import parser

        yield from command("jupyter sandbox", parser())


def command(path: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        usage = words(parser.format_usage().removeprefix("usage: ")).removeprefix(parser.prog)
        yield from ("```{index} " + path, "```", f"### `{path}{usage}`", "", words(parser.description or ""), "")
        yield from [*options(parser), ""]
    for action in below:
        for name, child in action.choices.items():
            yield from command(f"{path} {name}", child)


def options(parser: argparse.ArgumentParser) -> list[str]:
    rows = [
        f"- `{', '.join(action.option_strings) or action.metavar or action.dest}`: {words(action.help or '')}"
        for action in parser._actions
        if action.help not in (None, argparse.SUPPRESS) and action.dest != "help"
    ]
    return [*rows, ""] if rows else []


class Structs(FromCode):
    def markdown(self, arguments: list[str]) -> Iterator[str]:
        module = importlib.import_module(arguments[0])
        base = getattr(module, arguments[1])
        for name, kind in vars(module).items():
            if inspect.isclass(kind) and issubclass(kind, base) and kind is not base:
                yield from ("```{index} " + name, "```", f"### `{name}`", "", words(kind.__doc__ or ""), "")
                known = {field.name for field in msgspec.structs.fields(base)}
                for field in msgspec.structs.fields(kind):
                    if field.name not in known:
                        yield f"- `{field.name}: {readable(field.type)}`"
                yield ""


def readable(kind: Any) -> str:  # Any: a type or one of typing's forms
    text = kind.__name__ if isinstance(kind, type) and not getattr(kind, "__args__", None) else str(kind)
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", text)


def words(text: str) -> str:
    return " ".join(text.split()).removeprefix("::").strip()


def setup(app: Sphinx) -> dict[str, bool]:
    for name, directive in (("magics", Magics), ("commands", Commands), ("structs", Structs)):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
