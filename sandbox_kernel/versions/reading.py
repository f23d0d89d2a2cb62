"""From a worker's answer to a report. Pure; used by `compiler`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox_kernel.versions import answers, verdicts
from sandbox_kernel.versions.artifact import Artifact, CompileLimits, CompileReport, Diagnostic, digest
from sandbox_kernel.versions.worker_process import Answer


@dataclass(slots=True)
class Reading:
    """What one answer says. `trouble` belongs to `module`, or to the first one asked about when that is empty."""

    artifacts: dict[str, Artifact] = field(default_factory=dict)
    trouble: Diagnostic | None = None
    module: str = ""
    traceback: str = ""
    output: str = ""
    stage: str = "compile"


def read(answer: Answer, request: Mapping[str, Any], limits: CompileLimits, timeout_s: float) -> Reading:  # Any: JSON
    """Only modules that were asked about are taken, and of each only the first word."""
    result = Reading(output=answer.output)
    wanted = set(request["analyse"])
    current, complete = "", False
    for frame in answer.frames:
        kind, module = answers.text(frame, "kind"), answers.text(frame, "module")
        if kind == "static" and module in wanted:
            wanted.discard(module)
            result.artifacts[module] = answers.artifact(frame, request["sources"][module])
        elif kind == "begin" and module in request["trial"]:
            wanted.clear()  # from here on the learner's code has run, and could say anything
            current = module
            result.stage = "import"
        elif kind == "trial" and module == current and result.trouble is None:
            found = answers.trouble(frame)
            if found:
                _take(result, found, request)
        elif kind == "failed" and result.trouble is None:
            result.trouble, result.module = verdicts.of_child(answers.text(frame, "message")), current
        elif kind == "end":
            complete = True
    if answer.how != "ended":
        result.trouble, result.module = verdicts.of_limit(answer.how, current, limits, timeout_s), current
    elif not complete and result.trouble is None:
        result.trouble, result.module = verdicts.of_exit(answer.status, current, limits), current
    return result


def _take(result: Reading, found: answers.Trouble, request: Mapping[str, Any]) -> None:  # Any: JSON
    """The finding goes to the module whose line failed if the change has it, else to the one that imports it."""
    owner = found.place if found.place in request["sources"] else found.module
    result.trouble = verdicts.of_trouble(found, owner)
    result.module, result.traceback = owner, found.traceback


def report_of(
    sources: Mapping[str, str],
    first: Mapping[str, Sequence[Diagnostic]],
    artifacts: Mapping[str, Artifact],
    result: Reading,
    hits: int,
) -> CompileReport:
    """`first` are the findings that were made before anything was started."""
    diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
    blamed = result.module or next(iter(sources), "")
    for module in sources:
        found = [*first[module], *(artifacts[module].diagnostics if module in artifacts else ())]
        if result.trouble is not None and module == blamed:
            found = _with_trouble(found, result.trouble)
        diagnostics[module] = tuple(found)
    failed = any(one.severity == "error" for found in diagnostics.values() for one in found)
    return CompileReport(
        artifacts={
            module: artifacts.get(module) or Artifact(module, source, digest(source), diagnostics=diagnostics[module])
            for module, source in sources.items()
        },
        diagnostics=diagnostics,
        output=result.output,
        cache_hits=hits,
        stage=result.stage if failed else "",
        traceback=result.traceback,
    )


def _with_trouble(found: list[Diagnostic], trouble: Diagnostic) -> list[Diagnostic]:
    """In the order of the lines; a warning that foretold the same on the same line is not said twice."""
    told = ("undefined-name", "import-not-found")
    kept = [one for one in found if not (one.severity == "warning" and one.code in told and one.line == trouble.line)]
    return sorted([*kept, trouble], key=lambda one: (one.line, one.column))
