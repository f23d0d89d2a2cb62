"""The gate: every message between processes, as frozen tagged msgspec structs; TypeScript is generated from them.

Requests travel on the kernel's control channel (`sandbox_request`, answered by `sandbox_reply`) or over a widget's
comm, as `{"type": ..., fields}`; events travel on iopub (`sandbox_event`) and over the same comms. A field that an
old peer may lack has a default; what an old peer cannot read raises PROTOCOL. `None` means "none", never "not sent".
Times are seconds since the epoch, durations milliseconds. This module never imports what it describes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sandbox_kernel.errors import WireError

# One statement for all names of a module, which ruff would take apart:
# isort: off
from sandbox_kernel.wire_lessons import (
    AnswerChecked as AnswerChecked,
    CheckAnswer as CheckAnswer,
    ExerciseInfo as ExerciseInfo,
    GetExercise as GetExercise,
    GetHint as GetHint,
    GetSolution as GetSolution,
    TestReport as TestReport,
)
from sandbox_kernel.wire_records import (
    DiffRow as DiffRow,
    Message as Message,
    ModuleInfo as ModuleInfo,
    ObjectReport as ObjectReport,
    Problem as Problem,
    Record as Record,
    TreeNode as TreeNode,
    VersionInfo as VersionInfo,
)
from sandbox_kernel.wire_versions import (
    Break as Break,
    ChangeInfo as ChangeInfo,
    Compiled as Compiled,
    CompiledModule as CompiledModule,
    CompileFiles as CompileFiles,
    Dependencies as Dependencies,
    Done as Done,
    ExportHistory as ExportHistory,
    FindBreak as FindBreak,
    FindVersion as FindVersion,
    ForgetVersions as ForgetVersions,
    GetDependencies as GetDependencies,
    GetStatistics as GetStatistics,
    GetTimeline as GetTimeline,
    ImportHistory as ImportHistory,
    Redo as Redo,
    Statistics as Statistics,
    TagVersion as TagVersion,
    Timeline as Timeline,
    Undo as Undo,
    VersionFound as VersionFound,
)

# isort: on

PROTOCOL = 1


# -- requests ---------------------------------------------------------------------------------------------------


class GetHello(Message):
    """Who is there? Answered by Hello."""


class GetSnapshot(Message):
    """Everything a view shows, at once: for a first paint and after a reconnect. Answered by Snapshot."""


class CheckModule(Message):
    """Compile in isolation and report; nothing is stored or loaded. Answered by Checked."""

    module: str
    source: str


class ApplyModules(Message):
    """Check, store and hot-reload all modules or none. Answered by Applied.

    `state_handler` is a host's function for the workers' states, packed by cloudpickle and then base85; empty for none.
    """

    sources: dict[str, str]
    note: str = ""
    author: str = ""
    state_handler: str = ""


class ReloadFiles(Message):
    """Apply the saved files of these modules, of all edited ones when the list is empty. Answered by Applied."""

    modules: list[str] = []


class RollBack(Message):
    """Make a stored version live again through the same road, with the state that was saved with it if `with_state`.
    Answered by Applied. See ApplyModules."""

    module: str
    number: int
    state_handler: str = ""
    with_state: bool = False


class GetHistory(Message):
    """The versions of a module, newest first; `before` pages on: only numbers below it. Answered by History."""

    module: str
    limit: int = 100
    before: int = 0


class GetDiff(Message):
    """Two versions side by side; number 0 means the saved file. Answered by Diff."""

    module: str
    left: int
    right: int


class GetSource(Message):
    """The text of a version; number 0 means the saved file. Answered by Source."""

    module: str
    number: int


class GetTree(Message):
    """The supervision tree. Answered by Tree."""


class GetEvents(Message):
    """What happened after event `after` and is still kept, oldest first; `kinds` are names of events, empty for all.
    Answered by Events."""

    after: int = 0
    kinds: list[str] = []


class GetUsage(Message):
    """What the kernel uses now. Answered by Usage."""


class Watch(Message):
    """Tell on iopub (`sandbox_live`) how tree and usage are, for so many seconds from now. Answered by Usage."""

    seconds: float = 10.0


class StartTree(Message):
    """Start the supervisor that `module:function` returns and remember it for restarts. Answered by Tree."""

    target: str


Request = (
    GetHello | GetSnapshot | CheckModule | ApplyModules | ReloadFiles | RollBack | GetHistory | GetDiff | GetSource
    | GetTree | GetEvents | GetUsage | Watch | StartTree | CompileFiles | FindVersion | TagVersion | Undo | Redo
    | GetTimeline | GetStatistics | GetDependencies | FindBreak | ExportHistory | ImportHistory | ForgetVersions
    | GetExercise | CheckAnswer | GetHint | GetSolution
)  # fmt: skip

# -- replies ----------------------------------------------------------------------------------------------------


class Hello(Message):
    """The sandbox names itself; a host that gets none treats the start as failed."""

    protocol: int
    sandbox: str
    directory: str
    pid: int
    python: str
    package: str
    started: float


class Snapshot(Message):
    """`last_event` is the number of the newest event that is contained in it; `trees` are the declared targets."""

    hello: Hello
    modules: list[ModuleInfo]
    tree: list[TreeNode]
    last_event: int
    trees: list[str] = []


class Checked(Message):
    module: str
    ok: bool
    problems: list[Problem]
    duration_ms: float
    output: str = ""


class Applied(Message):
    """`ok` false: nothing was changed, `summary` says why. `versions` is the live number of each module after it."""

    ok: bool
    summary: str
    versions: dict[str, int]
    objects: list[ObjectReport] = []
    problems: list[Problem] = []
    duration_ms: float = 0.0
    stage: str = ""
    traceback: str = ""


class History(Message):
    module: str
    live: int
    versions: list[VersionInfo]
    total: int


class Diff(Message):
    module: str
    left: int
    right: int
    unified: str
    rows: list[DiffRow]


class Source(Message):
    module: str
    number: int
    text: str


class Tree(Message):
    roots: list[TreeNode]


class Usage(Message):
    """Of the kernel's process. `cpu_percent` is of one core, since the sample before; a limit of 0 means none."""

    memory_bytes: int
    memory_limit_bytes: int = 0
    cpu_percent: float = 0.0
    threads: int = 0
    uptime_s: float = 0.0


class Events(Message):
    """`last` is the number of the newest event."""

    events: list[AnyEvent]
    last: int


class Failure(Message):
    """The request was not carried out. `error` is the class name of the error in `errors.py`."""

    error: str
    message: str


Reply = (
    Hello | Snapshot | Checked | Applied | History | Diff | Source | Tree | Usage | Events | Compiled | VersionFound
    | Timeline | Statistics | Dependencies | Break | Done | ExerciseInfo | AnswerChecked | Failure
)  # fmt: skip

# -- events -----------------------------------------------------------------------------------------------------


class Event(Message, kw_only=True):
    """Base of events: `number` counts from 1 per kernel, `time` is when it happened."""

    number: int = 0
    time: float = 0.0


class Reloaded(Event, kw_only=True):
    """A change set is live. `kind`: load, reload, rollback."""

    kind: str
    summary: str
    versions: dict[str, int]
    objects: list[ObjectReport] = []
    duration_ms: float = 0.0


class ReloadRejected(Event, kw_only=True):
    """A change set was refused at `stage` (compile, import, plan, suspend, commit, migrate); nothing was changed."""

    stage: str
    reason: str
    summary: str
    modules: list[str]
    problems: list[Problem] = []
    traceback: str = ""


class WorkerCrashed(Event, kw_only=True):
    """A worker ended abnormally. `story` is one sentence for a learner, `traceback` its own frames only, `decision` what
    its supervisor does about it; `restarts_left` is -1 where there is no limit to count."""

    worker: str
    reason: str
    story: str
    last_message: str = ""
    state: str = ""
    traceback: str = ""
    hint: str = ""
    supervisor: str = ""
    decision: str = ""
    restarts_left: int = -1


class WorkerRestarted(Event, kw_only=True):
    worker: str
    restarts: int
    max_restarts: int
    max_seconds: float


class SupervisorGaveUp(Event, kw_only=True):
    supervisor: str
    restarts: int
    max_restarts: int
    max_seconds: float


class TreeChanged(Event, kw_only=True):
    """Something in the tree started, stopped, was suspended or resumed: ask for it again."""

    reason: str


class WorkerBlocked(Event, kw_only=True):
    """A handler keeps the tree's loop for itself, so that no worker goes on; `ended` once the watchdog ended it."""

    worker: str
    seconds: float
    message: str = ""
    stack: str = ""
    ended: bool = False


class WorkerOutput(Event, kw_only=True):
    """What a worker printed."""

    worker: str
    text: str


AnyEvent = (
    Reloaded
    | ReloadRejected
    | WorkerCrashed
    | WorkerRestarted
    | SupervisorGaveUp
    | TreeChanged
    | WorkerBlocked
    | WorkerOutput
)


def to_builtins(message: Message | Record) -> dict[str, Any]:  # Any: JSON
    """A message as plain JSON data, as Jupyter's session and comms want it."""
    data: dict[str, Any] = msgspec.to_builtins(message)
    return data


def _convert(data: object, kind: Any, what: str) -> Any:  # Any: typing has no type for "a union of types"
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise WireError(f"a {what} could not be understood: {error}") from None


def request_from(data: object) -> Request:
    """Raises WireError when `data` is no request of this protocol."""
    request: Request = _convert(data, Request, "request")
    return request


def reply_from(data: object) -> Reply:
    """Raises WireError when `data` is no reply of this protocol."""
    reply: Reply = _convert(data, Reply, "reply")
    return reply


def event_from(data: object) -> AnyEvent:
    """Raises WireError when `data` is no event of this protocol."""
    event: AnyEvent = _convert(data, AnyEvent, "event")
    return event
