"""From a worker's answer to a report. Pure; used by `compiler`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox_kernel.versions import answers, verdicts
from sandbox_kernel.versions.artifact import Artifact, CompileLimits, CompileReport, Diagnostic, digest
from sandbox_kernel.versions.graph import circles
from sandbox_kernel.versions.worker_process import Answer


@dataclass(slots=True)
class Reading:
    """What one answer says. A trouble belongs to a module, or to the first one asked about where that is empty."""

    artifacts: dict[str, Artifact] = field(default_factory=dict)
    troubles: list[tuple[str, Diagnostic]] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)
    traceback: str = ""
    output: str = ""
    stage: str = "compile"
    tried: bool = False
    live_imports: dict[str, tuple[str, ...]] = field(default_factory=dict)
    uses: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)


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
        elif kind == "live" and module in request["live"] and not current:
            result.live_imports[module] = answers.artifact(frame, "").imports
        elif kind == "uses" and (module in request["live"] or module in request["sources"]):
            found_uses = answers.artifact(frame, "").diagnostics
            more = tuple(one for one in found_uses if one.severity == "warning")
            result.uses[module] = (*result.uses.get(module, ()), *more)
        elif kind == "begin" and module in request["trial"]:
            wanted.clear()  # from here on the learner's code has run, and could say anything
            current = module
            result.stage, result.tried = "import", True
        elif kind == "trial" and module == current:
            _take(result, module, answers.trouble(frame), request)
        elif kind == "failed":
            result.troubles.append((current, verdicts.of_child(answers.text(frame, "message"), current)))
        elif kind == "end":
            complete = not (wanted and not current)  # a helper that ran out of memory leaves some without a word
    if answer.how != "ended":
        result.troubles.append((current, verdicts.of_limit(answer.how, current, limits, timeout_s)))
    elif not complete and not result.troubles:
        result.troubles.append((current, verdicts.of_exit(answer.status, current, limits, torn=answer.torn)))
    return result


def _take(result: Reading, module: str, found: answers.Trouble | None, request: Mapping[str, Any]) -> None:  # Any: JSON
    """The finding goes to the module whose line failed if the change has it, else to the one that imports it.

    Every module that imports a broken one fails with the same words: they are said once.
    """
    if found is None:
        result.passed.add(module)
        return
    owner = found.place if found.place in request["sources"] else found.module
    trouble = (owner, verdicts.of_trouble(found, owner))
    if trouble not in result.troubles:
        result.troubles.append(trouble)
        result.traceback = result.traceback or found.traceback


def report_of(
    sources: Mapping[str, str],
    first: Mapping[str, Sequence[Diagnostic]],
    artifacts: Mapping[str, Artifact],
    result: Reading,
    hits: int,
) -> CompileReport:
    """`first` are the findings that were made before anything was started."""
    diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
    nobody = next(iter(sources), "")
    for module in sources:
        found = [*first[module], *(artifacts[module].diagnostics if module in artifacts else ())]
        for blamed, trouble in result.troubles:
            if (blamed or nobody) == module:
                found = _with_trouble(found, trouble)
        diagnostics[module] = tuple(found)
    for module, uses in result.uses.items():
        diagnostics[module] = (*diagnostics.get(module, ()), *uses)
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
        groups=_groups(artifacts, result),
    )


def _groups(artifacts: Mapping[str, Artifact], result: Reading) -> tuple[tuple[str, ...], ...]:
    """Circles that a module of the request is in."""
    imports = result.live_imports | {module: artifact.imports for module, artifact in artifacts.items()}
    return tuple(group for group in circles(imports) if any(module in artifacts for module in group))


def _with_trouble(found: list[Diagnostic], trouble: Diagnostic) -> list[Diagnostic]:
    """In the order of the lines; a warning that foretold the same on the same line is not said twice."""
    told = ("undefined-name", "import-not-found")
    kept = [one for one in found if not (one.severity == "warning" and one.code in told and one.line == trouble.line)]
    return sorted([*kept, trouble], key=lambda one: (one.line, one.column))
