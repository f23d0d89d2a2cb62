"""Why an edit was refused, in words for a learner: one sentence, the stage, and only the learner's own frames."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass

from sandbox_kernel.errors import CompileError, MigrationError, ReloadError, StoreError
from sandbox_kernel.runtime.edits import Edit

_STAGES = {"busy-worker": "suspend", "import-failed": "import", "trial-import": "import"}


@dataclass(frozen=True, slots=True)
class Refusal:
    stage: str
    reason: str
    summary: str
    traceback: str = ""


def describe(error: Exception, edit: Edit, live_number: Callable[[str], int]) -> Refusal:
    names = ", ".join(f"{name} v{edit.numbers[name]}" for name in sorted(edit.sources))
    live = {name: live_number(name) for name in sorted(edit.sources)}
    return Refusal(
        stage=stage_of(error),
        reason=str(error),
        summary=f"{names} refused: {_sentence(error)} {still(live)}",
        traceback=learner_frames(error),
    )


def stage_of(error: Exception) -> str:
    if isinstance(error, CompileError):
        return "import" if "import" in getattr(error, "stage", "") else "compile"
    if isinstance(error, MigrationError):
        return "migrate"
    if isinstance(error, OSError | StoreError) or isinstance(error.__cause__, OSError | StoreError):
        return "publish"
    if isinstance(error, ReloadError):
        return _STAGES.get(error.reason, "commit")
    return "internal"


def _sentence(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text if text.endswith((".", "!", "?")) else f"{text}."


def still(live: dict[str, int]) -> str:
    """What goes on unchanged."""
    kept = [f"{name} v{number}" for name, number in live.items() if number]
    if not kept:
        return "Nothing was loaded."
    return f"Nothing was changed; {' and '.join(kept)} {'is' if len(kept) == 1 else 'are'} still live."


def learner_frames(error: BaseException) -> str:
    """The traceback of the innermost cause without the frames of this package and of the import system."""
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if cause is error:
        return ""
    frames = [
        frame
        for frame in traceback.extract_tb(cause.__traceback__)
        if "sandbox_kernel" not in frame.filename and "importlib" not in frame.filename
    ]
    if not frames:
        return ""
    lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)]
    return "".join(lines + traceback.format_exception_only(cause))


def damaged_store(kept_as: object) -> str:
    return f"the version store was damaged; it is kept as {kept_as} and a new history begins with the saved files"
