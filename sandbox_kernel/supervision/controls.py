"""What can be asked of a running supervisor or worker, as methods: management and system operations, all of them calls.

A base of `System`; waits in the caller's thread.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from sandbox_kernel.supervision import manage, sysops
from sandbox_kernel.supervision.mailbox import CALL, SYSTEM
from sandbox_kernel.supervision.reasons import Reason
from sandbox_kernel.supervision.refs import Ref
from sandbox_kernel.supervision.spec import ChildSpec, Name, Supervisor


class Controls(ABC):
    @abstractmethod
    def call(self, target: Any, request: Any, timeout_s: float | None = 5.0, kind: int = CALL) -> Any: ...

    def stop_process(self, target: Any, reason: Reason = "normal", timeout_s: float | None = 5.0) -> None:
        """End a worker or supervisor through `terminate`, behind what is queued; returns when it is gone."""
        self.call(target, sysops.Terminate(reason), timeout_s, SYSTEM)

    # ---- supervisors
    def which_children(self, supervisor: Any) -> list[manage.ChildInfo]:
        found: list[manage.ChildInfo] = self.call(supervisor, manage.WhichChildren(), None)
        return found

    def count_children(self, supervisor: Any) -> manage.ChildCount:
        count: manage.ChildCount = self.call(supervisor, manage.CountChildren(), None)
        return count

    def start_child(
        self, supervisor: Any, spec: ChildSpec | None = None, *, args: tuple[Any, ...] = (), name: Name | None = None
    ) -> Ref | None:
        ref: Ref | None = self.call(supervisor, manage.StartChild(spec, args, name), None)
        return ref

    def terminate_child(self, supervisor: Any, child: str | Ref) -> None:
        self.call(supervisor, manage.TerminateChild(child), None)

    def restart_child(self, supervisor: Any, child: str) -> Ref | None:
        ref: Ref | None = self.call(supervisor, manage.RestartChild(child), None)
        return ref

    def delete_child(self, supervisor: Any, child: str) -> None:
        self.call(supervisor, manage.DeleteChild(child), None)

    def get_childspec(self, supervisor: Any, child: str | Ref) -> ChildSpec:
        spec: ChildSpec = self.call(supervisor, manage.GetChildSpec(child), None)
        return spec

    def redeclare(
        self, supervisor: Any, declared: Supervisor | Callable[[], Supervisor] | str, *, apply: bool = False
    ) -> manage.Difference:
        """Give a running supervisor a new declaration, such as that of a tree cell that was run again."""
        difference: manage.Difference = self.call(supervisor, manage.Redeclare(declared, apply), None)
        return difference

    # ---- system messages
    def suspend(self, target: Any, timeout_s: float | None = 5.0) -> None:
        """From now on only system messages are handled; all others wait. Comes behind what is queued."""
        self.call(target, sysops.suspend, timeout_s, SYSTEM)

    def resume(self, target: Any, timeout_s: float | None = 5.0) -> None:
        self.call(target, sysops.resume, timeout_s, SYSTEM)

    def get_state(self, target: Any, timeout_s: float | None = 5.0) -> Any:
        return self.call(target, sysops.get_state, timeout_s, SYSTEM)

    def replace_state(self, target: Any, change: Callable[[Any], Any], timeout_s: float | None = 5.0) -> Any:
        """The state becomes `change(state)`, and is returned; nothing changes if `change` raises."""
        return self.call(target, sysops.ReplaceState(change), timeout_s, SYSTEM)

    def change_code(self, target: Any, old_version: Any, extra: Any = None, timeout_s: float | None = 5.0) -> None:
        """Have a suspended worker migrate its state; MigrationError leaves it as it was, still suspended."""
        self.call(target, sysops.ChangeCode(old_version, extra), timeout_s, SYSTEM)

    def status(self, target: Any, timeout_s: float | None = 5.0) -> str:
        status: str = self.call(target, sysops.status, timeout_s, SYSTEM)
        return status

    def statistics(
        self, target: Any, *, on: bool | None = None, timeout_s: float | None = 5.0
    ) -> sysops.Statistics | None:
        """Switch counting on or off; without `on`, what was counted (None while it is off)."""
        found: sysops.Statistics | None = self.call(target, sysops.CountMessages(on), timeout_s, SYSTEM)
        return found

    def trace(self, target: Any, *, on: bool, timeout_s: float | None = 5.0) -> list[tuple[str, Any]]:
        """Keep the messages in and out from now on, or stop; answers what was kept until now."""
        found: list[tuple[str, Any]] = self.call(target, sysops.Trace(on), timeout_s, SYSTEM)
        return found
