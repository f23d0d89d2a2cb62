"""Messages about a sandbox's past and about compiling all its modules. Public through `wire`, which alone imports them."""

from __future__ import annotations

from sandbox_kernel.wire_records import Message, Problem, Record

# -- requests -----------------------------------------------------------------------------------------------------


class CompileFiles(Message):
    """Compile the saved files of all modules, and import on trial what changed and what depends on it, unless `trial` is
    false. Nothing is stored or loaded. Answered by Compiled."""

    trial: bool = True


class FindVersion(Message):
    """Which version is meant: a number, a tag, `live`, `newest`, `-1` for the one before? Answered by VersionFound."""

    module: str
    reference: str


class TagVersion(Message):
    """Name a version; the same name again moves it, a number of 0 takes it away. Answered by Done."""

    module: str
    number: int
    tag: str


class Undo(Message):
    """Take a change back with all its modules: the newest that is not undone, or that of this id. Answered by Applied."""

    change: int = 0


class Redo(Message):
    """Bring back the change that was undone last. Answered by Applied."""


class GetTimeline(Message):
    """All changes of all modules, newest first; `before` pages on: only ids below it. Answered by Timeline."""

    limit: int = 100
    before: int = 0


class GetDependencies(Message):
    """Which live modules import which. Answered by Dependencies."""


class GetStatistics(Message):
    """Counts over the history of a module. Answered by Statistics."""

    module: str


class FindBreak(Message):
    """Find the version from which on the expression `check` is no longer true. Answered by Break."""

    module: str
    check: str


class ExportHistory(Message):
    """Write the whole history to this file, below the sandbox's directory. Answered by Done."""

    file: str


class ImportHistory(Message):
    """Fill a sandbox that has no history from this file, below its directory. Answered by Done."""

    file: str


class ForgetVersions(Message):
    """Forget all but the newest `keep_last` versions of each module; live ones stay, and tagged ones unless
    `keep_tagged` is false. Answered by Done."""

    keep_last: int
    keep_tagged: bool = True


# -- replies and what they are made of ----------------------------------------------------------------------------


class CompiledModule(Record):
    """One module as it was compiled; `imports` are absolute names."""

    name: str
    sha256: str
    lines: int
    imports: list[str]
    definitions: list[str]


class Compiled(Message):
    """`cache_hits` of the modules were known already, `tried` were imported; `groups` import each other in a circle.
    `stage` is where it failed: compile, import or empty. `summary` says all that in one line."""

    ok: bool
    summary: str
    stage: str
    modules: list[CompiledModule]
    problems: list[Problem]
    groups: list[list[str]]
    cache_hits: int
    tried: int
    duration_ms: float
    output: str = ""
    traceback: str = ""


class VersionFound(Message):
    module: str
    number: int


class ChangeInfo(Record):
    """An entry of the timeline: what it made live by module (0: taken away), and what was live before (0: nothing).
    `report` is JSON: what the compilation found (`problems` by module), its `output` and `traceback`."""

    id: int
    kind: str
    author: str
    note: str
    time: float
    outcome: str
    stage: str
    reason: str
    duration_ms: float
    versions: dict[str, int]
    before: dict[str, int]
    report: str = "{}"


class Timeline(Message):
    changes: list[ChangeInfo]


class Dependencies(Message):
    """`imports` names for each live module those of the sandbox that it imports; `order` has every module after those it
    imports, modules in a circle as one group. A reload installs modules in this order, dependents included."""

    imports: dict[str, list[str]]
    order: list[list[str]]


class Statistics(Message):
    """Of one module: times in seconds since the epoch, `median_ms` over its accepted changes."""

    module: str
    live: int
    versions: int
    accepted: int
    rejected: int
    rollbacks: int
    added_lines: int
    removed_lines: int
    source_bytes: int
    first: float
    last: float
    median_ms: float


class Break(Message):
    """`first_bad` is the first version for which the check is false, `last_good` the last before it; 0 where there is none.
    `untestable` are those between the two; `tried` are the versions that were checked, with their verdict: good, bad or
    untestable."""

    module: str
    first_bad: int
    last_good: int
    untestable: list[int]
    tried: list[tuple[int, str]]
    summary: str


class Done(Message):
    """It was carried out; `text` says so in one sentence, `count` how much it was."""

    text: str
    count: int = 0
