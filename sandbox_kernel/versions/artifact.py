"""What a compilation yields, as plain frozen data: findings, artifacts, the report, and the limits it ran under.

Made by `compiler` and `project` from what the compile worker answered; read by every room. Never holds byte code: a
code object from another process would have to be unmarshalled, and nothing that a worker sends is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256 as _sha256
from html import escape
from typing import Any, Literal

from sandbox_kernel.errors import CompileError

Severity = Literal["error", "warning"]


def digest(source: str) -> str:
    """The identity of a text: sha256 of its utf-8 form. Lone surrogates are kept as they are."""
    return _sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `line` and `column` count characters from 1; 0 where there is no place. `hint` is the next step."""

    severity: Severity
    message: str
    hint: str = ""
    code: str = ""
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        place = f"line {self.line}{column}: " if self.line else ""
        return f"{place}{self.message}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Definition:
    """A name that a module defines at its top level, or a method as `Class.method`."""

    name: str
    kind: Literal["function", "class", "method", "variable"]
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """One module as it was compiled. `imports` are absolute module names, each once, sorted."""

    module: str
    source: str
    sha256: str
    imports: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class CompileLimits:
    """What the operating system holds a compilation to. Memory, file size, open files and CPU time count per process.

    `source_bytes` is looked at before anything is started; `output_bytes` is what a trial import may print before it
    is ended; `processes` is how many processes and threads it may have beside its own. `wall_s` holds where a request
    has no time of its own; a `cpu_s` of 0 means two seconds more than that.
    """

    wall_s: float = 10.0
    cpu_s: float = 0.0
    memory_mb: int = 1024
    file_mb: int = 16
    open_files: int = 256
    processes: int = 32
    output_bytes: int = 1_000_000
    source_bytes: int = 1_000_000

    def __post_init__(self) -> None:
        for name in ("memory_mb", "file_mb", "open_files", "processes", "output_bytes", "source_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.wall_s <= 0 or self.cpu_s < 0:
            raise ValueError(f"wall_s must be above 0 and cpu_s not below it, not {self.wall_s} and {self.cpu_s}")


@dataclass(frozen=True, slots=True)
class CompileReport:
    """The outcome of one compilation. `diagnostics` has an entry for every module that was asked about, and for each
    live module that uses a name which the new sources do not have.

    `stage` says where it failed: `compile` (text and names), `import` (the trial import), or empty. `traceback` has the
    learner's own frames only. `groups` are modules that import each other in a circle, each circle once. `cache_hits` of
    the modules were known already, `tried` of them were imported on trial.
    """

    artifacts: Mapping[str, Artifact]
    diagnostics: Mapping[str, tuple[Diagnostic, ...]]
    output: str = ""
    duration_ms: float = 0.0
    cache_hits: int = 0
    tried: int = 0
    stage: str = ""
    traceback: str = ""
    groups: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not any(True for _ in self._of("error"))

    @property
    def errors(self) -> tuple[tuple[str, Diagnostic], ...]:
        """Module and finding, in the order of the modules and then of the lines."""
        return tuple(self._of("error"))

    @property
    def warnings(self) -> tuple[tuple[str, Diagnostic], ...]:
        return tuple(self._of("warning"))

    def raise_for_errors(self) -> None:
        """Raises CompileError with the first error as its text and all findings of that module, errors first."""
        for module, first in self._of("error"):
            found = sorted(self.diagnostics[module], key=lambda finding: finding.severity != "error")
            more = len(self.errors) - 1
            others = f"; {more} more error{'s' if more > 1 else ''}" if more else ""
            raise CompileError(module, f"{module}: {first}{others}", found)

    def _of(self, severity: Severity) -> Iterator[tuple[str, Diagnostic]]:
        for module, found in self.diagnostics.items():
            for finding in found:
                if finding.severity == severity:
                    yield module, finding

    def to_json(self) -> dict[str, Any]:  # Any: JSON
        """Everything but the sources, which the caller has."""
        return {
            "ok": self.ok,
            "stage": self.stage,
            "duration_ms": self.duration_ms,
            "cache_hits": self.cache_hits,
            "tried": self.tried,
            "modules": [_artifact_json(artifact) for artifact in self.artifacts.values()],
            "diagnostics": {module: [asdict(one) for one in found] for module, found in self.diagnostics.items()},
            "groups": [list(group) for group in self.groups],
            "output": self.output,
            "traceback": self.traceback,
        }

    @property
    def head(self) -> str:
        """The outcome in one line: what, how long, how much was known already."""
        count = len(self.artifacts)
        what = next(iter(self.artifacts), "nothing") if count < 2 else f"{count} modules"
        known = f", {self.cache_hits} known already, {self.tried} imported on trial" if count > 1 else ""
        found = [_counted(len(self.errors), "error"), _counted(len(self.warnings), "warning")]
        told = " and ".join(filter(None, found))
        verb = f"compiled {what}" if self.ok else f"did not compile {what} (it failed at the {self.stage or 'compile'})"
        return f"{verb} in {self.duration_ms:.0f} ms{known}" + (f": {told}" if told else "")

    def __str__(self) -> str:
        lines = [self.head]
        lines += [
            f"  {module}: {kind}: {finding}" for kind in ("error", "warning") for module, finding in self._of(kind)
        ]
        lines += [f"  modules that import each other: {', '.join(group)}" for group in self.groups]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # Any: IPython's, for front ends without HTML
        printer.text(str(self))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(module)}</td><td>{kind}</td><td>{finding.line or ''}</td>"
            f"<td>{escape(finding.message)}</td><td>{escape(finding.hint)}</td></tr>"
            for kind in ("error", "warning")
            for module, finding in self._of(kind)
        )
        columns = "".join(f'<th scope="col">{name}</th>' for name in ("module", "kind", "line", "finding", "next step"))
        table = f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        circles = "".join(f"<p>Modules that import each other: {escape(', '.join(group))}</p>" for group in self.groups)
        output = f"<details><summary>Output</summary><pre>{escape(self.output)}</pre></details>" if self.output else ""
        trace = f"<pre>{escape(self.traceback)}</pre>" if self.traceback else ""
        return f"<div><p><b>{escape(self.head)}</b></p>{table}{circles}{trace}{output}</div>"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}" if count else ""


def _artifact_json(artifact: Artifact) -> dict[str, Any]:  # Any: JSON
    return {
        "module": artifact.module,
        "sha256": artifact.sha256,
        "lines": len(artifact.source.splitlines()),
        "imports": list(artifact.imports),
        "definitions": [asdict(one) for one in artifact.definitions],
    }
