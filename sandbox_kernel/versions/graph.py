"""The graph of imports between modules: in which order they depend on each other, and which form circles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def order(imports: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """All modules, each after those it imports; modules in a circle are one group, sorted.

    Tarjan's strongly connected components ("Depth-first search and linear graph algorithms", 1972), without recursion.
    """
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    groups: list[tuple[str, ...]] = []
    grouped: set[str] = set()
    for root in sorted(imports):
        if root in index:
            continue
        work = [(root, _next(imports, root))]
        index[root] = lowest[root] = len(index)
        stack.append(root)
        while work:
            module, remaining = work[-1]
            if remaining:
                name = remaining.pop()
                if name not in index:
                    index[name] = lowest[name] = len(index)
                    stack.append(name)
                    work.append((name, _next(imports, name)))
                elif name not in grouped:
                    lowest[module] = min(lowest[module], index[name])
                continue
            work.pop()
            if work:
                lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[module])
            if lowest[module] == index[module]:
                at = stack.index(module)
                groups.append(tuple(sorted(stack[at:])))
                grouped.update(stack[at:])
                del stack[at:]
    return groups


def circles(imports: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Groups of modules that import each other, each once."""
    return tuple(group for group in order(imports) if len(group) > 1)


def _next(imports: Mapping[str, Iterable[str]], module: str) -> list[str]:
    return sorted((name for name in imports[module] if name in imports and name != module), reverse=True)
