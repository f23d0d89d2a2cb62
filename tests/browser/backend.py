"""A small real backend: compiles, executes and keeps versions, until the kernel has a session."""

from __future__ import annotations

import difflib
import hashlib
import time
import types

from sandbox_kernel import wire


class Backend:
    def __init__(self) -> None:
        self.versions: dict[str, list[tuple[wire.VersionInfo, str]]] = {}
        self.live: dict[str, int] = {}
        self.modules: dict[str, types.ModuleType] = {}

    def handle(self, request: wire.Request) -> wire.Reply:
        match request:
            case wire.CheckModule(module=module, source=source):
                problems = self.problems(module, source)
                return wire.Checked(module=module, ok=not problems, problems=problems, duration_ms=12.4)
            case wire.ApplyModules(sources=sources, note=note):
                ((module, source),) = sources.items()
                return self.apply(module, source, note)
            case wire.RollBack(module=module, number=number):
                return self.apply(module, self.versions[module][number - 1][1], f"roll back to v{number}", number)
            case wire.GetHistory(module=module):
                if module not in self.versions:
                    return wire.Failure(error="ModuleNotFound", message=f"this sandbox has no module '{module}'")
                live = self.live.get(module, 0)
                infos = [info for info, _ in reversed(self.versions[module])]
                return wire.History(module=module, live=live, versions=infos, total=len(infos))
            case wire.GetSource(module=module, number=number):
                if module not in self.versions:
                    return wire.Failure(error="ModuleNotFound", message=f"this sandbox has no module '{module}'")
                number = number or self.live[module]
                return wire.Source(module=module, number=number, text=self.versions[module][number - 1][1])
        return wire.Failure(error="WireError", message="not in this backend")

    def problems(self, module: str, source: str) -> list[wire.Problem]:
        try:
            compile(source, f"{module}.py", "exec")
        except SyntaxError as error:
            line, column = error.lineno or 1, error.offset or 1
            hint = "Look at the end of the line before, too."
            return [
                wire.Problem(severity="error", message=error.msg, hint=hint, module=module, line=line, column=column)
            ]
        return []

    def apply(self, module: str, source: str, note: str, number: int = 0) -> wire.Applied:
        began = time.perf_counter()
        kept = self.versions.setdefault(module, [])
        known = [info.number for info, text in kept if text == source]
        live = self.live.get(module, 0)
        reason, problems = "", self.problems(module, source)
        if problems:
            reason = f"{module} does not compile: {problems[0].message} (line {problems[0].line})"
        else:
            try:
                found = types.ModuleType(module)
                exec(compile(source, f"{module}.py", "exec"), found.__dict__)
                self.modules[module] = found
            except Exception as error:
                reason = f"{module} raised {type(error).__name__} at import: {error}"
        number = number or (known[0] if known else len(kept) + 1)
        if not known:
            old = kept[live - 1][1].splitlines() if live else []
            diff = list(difflib.ndiff(old, source.splitlines()))
            info = wire.VersionInfo(
                module=module,
                number=number,
                sha256=hashlib.sha256(source.encode()).hexdigest(),
                time=time.time(),
                author="ada",
                message=note,
                outcome="rejected" if reason else "accepted",
                parent=live,
                reason=reason,
                added_lines=sum(line[0] == "+" for line in diff),
                removed_lines=sum(line[0] == "-" for line in diff),
            )
            kept.append((info, source))
        took = (time.perf_counter() - began) * 1000
        if reason:
            return wire.Applied(
                ok=False, summary=reason, versions={}, problems=problems, duration_ms=took, stage="compile"
            )
        self.live[module] = number
        return wire.Applied(ok=True, summary=f"{module} v{number} is live", versions={module: number}, duration_ms=took)
