"""What one reload did, object by object: for people in one line or a table, for programs as JSON."""

from __future__ import annotations

import html
import json
from collections import Counter
from dataclasses import asdict, dataclass

ORDER = ("patched", "replaced", "added", "removed", "run again", "followed", "migrated", "kept old", "refused")


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """`action`: `patched` in place, `replaced` by a new object, `added`, `removed`, `run again` (a statement),
    `followed` (a name imported elsewhere), `migrated`, `kept old` (the reason says why), `refused`."""

    module: str
    name: str
    action: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReloadReport:
    objects: tuple[ObjectChange, ...] = ()
    duration_ms: float = 0.0

    @property
    def summary(self) -> str:
        """One line for learners."""
        if not self.objects:
            return f"nothing changed ({self.duration_ms:.1f} ms)"
        counts = Counter(change.action for change in self.objects)
        parts = []
        for action in ORDER:
            if counts[action]:
                names = [change.name for change in self.objects if change.action == action]
                shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
                parts.append(f"{action}: {shown}")
        return f"{'; '.join(parts)} ({self.duration_ms:.1f} ms)"

    def to_json(self) -> str:
        return json.dumps({"objects": [asdict(change) for change in self.objects], "duration_ms": self.duration_ms})

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in (o.module, o.name, o.action, o.reason))}</tr>"
            for o in self.objects
        )
        head = "<tr><th>module</th><th>name</th><th>what</th><th>why</th></tr>"
        return f"<p>{html.escape(self.summary)}</p>" + (f"<table>{head}{rows}</table>" if rows else "")

    def __str__(self) -> str:
        return self.summary
