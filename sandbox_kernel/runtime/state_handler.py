"""A host's own migration: `state_handler(old_state, old_version, new_version) -> new_state`, shipped in by cloudpickle.

It is asked for every worker whose class, or a base of it, is in a changed module, instead of `code_change`, upwards and
downwards. Each call gets a deep copy of the state, so a failure has spoilt nothing. The function travels into the
sandbox only; nothing that a sandbox made is ever unpickled by the host.
"""

from __future__ import annotations

import base64
import copy
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sandbox_kernel.errors import MigrationError, ReloadError
from sandbox_kernel.supervision.suspension import WorkerInfo

StateHandler = Callable[[Any, int, int], Any]  # Any: a worker's state is what its author likes
Migration = Mapping[str, object] | StateHandler | None  # what takes the place of `code_change`: see `edits.Edit`


def unpack(packed: str) -> StateHandler | None:
    """The function that the host sent, None for an empty text. Raises ReloadError where it cannot be had here."""
    if not packed:
        return None
    try:
        import cloudpickle  # heavy, and only needed here
    except ImportError as error:
        raise ReloadError(
            "the sandbox's Python has no cloudpickle, by which a state_handler comes in; "
            "install cloudpickle there, or give the worker a code_change",
            reason="state-handler",
        ) from error
    try:
        handler: StateHandler = cloudpickle.loads(base64.b85decode(packed))
    except Exception as error:  # border: loading runs whatever the function refers to
        raise ReloadError(
            f"the state_handler cannot be loaded in the sandbox ({type(error).__name__}: {error}); "
            "let it use only what the sandbox can import",
            reason="state-handler",
        ) from error
    return handler


def new_state(
    handler: StateHandler, worker: WorkerInfo, state: object, versions: tuple[int, int], timeout_s: float
) -> object:
    """What the handler makes of a copy of the state. Raises MigrationError."""
    name = worker.name or worker.id
    try:
        state = copy.deepcopy(state)
    except Exception as error:  # border: the state's own classes copy themselves
        raise MigrationError(
            f"the state of '{name}' cannot be copied for the state_handler ({type(error).__name__}: {error}); "
            "keep such objects out of the state, or give the worker a code_change",
            module=worker.module,
            target=str(name),
        ) from error
    done: list[object] = []
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            done.append(handler(state, *versions))
        except BaseException as error:  # the host's function may raise anything, SystemExit too
            failed.append(error)

    thread = threading.Thread(target=ask, name="sandbox state_handler", daemon=True)
    thread.start()
    thread.join(timeout_s)
    if failed:
        raise MigrationError(
            f"the state_handler raised {type(failed[0]).__name__}: {failed[0]} for the state of '{name}'; "
            "mend it and reload again",
            module=worker.module,
            target=str(name),
        ) from failed[0]
    if not done:
        raise MigrationError(
            f"the state_handler took longer than {timeout_s:g} s for the state of '{name}'; make it quicker",
            module=worker.module,
            target=str(name),
            reason="migration-timeout",
        )
    return done[0]


def versions_of(worker: WorkerInfo, old: Mapping[str, int], new: Mapping[str, int]) -> tuple[int, int] | None:
    """(old, new) version of the nearest changed module that the worker's class comes from; None where there is none."""
    home = next((module for module, _ in worker.lineage if module in old and module in new), None)
    return None if home is None else (old[home], new[home])


def concerned(
    workers: Iterable[WorkerInfo], old: Mapping[str, int], new: Mapping[str, int]
) -> list[tuple[WorkerInfo, tuple[int, int]]]:
    """The workers that the handler is asked for, with the two versions that it is told."""
    found = [(worker, versions_of(worker, old, new)) for worker in workers]
    return [(worker, versions) for worker, versions in found if versions is not None]
