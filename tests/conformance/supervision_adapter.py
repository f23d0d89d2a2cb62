"""Our side of the supervision conformance suite: its commands as calls of a System.

The suite brings `adapter`; this module is imported by it only, with `tests/conformance` on PYTHONPATH.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import adapter as suite
import supervision_probe as probes
from supervision_probe import JOURNAL, VERSIONS, ProbeError, State, neutral

from sandbox_kernel.errors import CallError, CallTimeout, ChildError, MigrationError, StartError
from sandbox_kernel.supervision.manage import ChildInfo
from sandbox_kernel.supervision.reasons import reason_of
from sandbox_kernel.supervision.spec import ChildSpec, SpecError, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import (
    Exit,
)  # fmt: skip


class OurAdapter(suite.Adapter):  # type: ignore[misc]  # the suite is not installed where mypy runs
    name = "sandbox_kernel"
    capabilities = suite.CAPABILITIES
    system: System

    # ---- life
    def open(self) -> None:
        JOURNAL.clear()
        self.system = System(name="conformance").start()
        self.load_code("1")

    def close(self) -> None:
        self.system.stop(0.2)

    def reset(self) -> None:
        self.close()
        self.open()

    def journal(self) -> list[Any]:
        with JOURNAL.lock:
            return list(JOURNAL.events)

    # ---- servers
    def start_server(self, probe: Any) -> Any:
        wire = probe.wire()
        try:
            ref = self.system.start_worker(probes.Probe, wire, name=wire["name"], id=wire["id"])
        except StartError as error:
            raise suite.StartError(neutral(error.reason)) from error
        return suite.IGNORE if ref is None else ref

    def _try(self, function: Any, *args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except CallTimeout as error:
            raise suite.CallTimeout("timeout") from error
        except CallError as error:
            raise suite.CallExit(neutral(error.reason)) from error
        except (ChildError, StartError) as error:
            raise suite.SupError(neutral(error.reason)) from error

    def call(self, target: Any, request: Any, timeout_ms: int | None = 5000) -> Any:
        return self._try(self.system.call, target, request, None if timeout_ms is None else timeout_ms / 1000)

    def call_async(self, target: Any, request: Any, timeout_ms: int | None = 5000) -> Any:
        ticket: dict[str, Any] = {"done": threading.Event()}

        def work() -> None:
            try:
                ticket["value"] = self.call(target, request, timeout_ms)
            except Exception as error:
                ticket["error"] = error
            ticket["done"].set()

        threading.Thread(target=work, daemon=True).start()
        return ticket

    def result(self, ticket: Any, timeout_ms: int = 5000) -> Any:
        if not ticket["done"].wait(timeout_ms / 1000):
            raise suite.WaitTimeout("no result")
        if "error" in ticket:
            raise ticket["error"]
        return ticket["value"]

    def cast(self, target: Any, request: Any) -> None:
        self.system.cast(target, request)

    def info(self, target: Any, message: Any) -> None:
        self.system.send(target, message)

    def stop(self, target: Any, reason: Any = "normal", timeout_ms: int = 5000) -> None:
        self._try(self.system.stop_process, target, reason, timeout_ms / 1000)

    def exit(self, target: Any, reason: Any) -> None:
        self.system.exit(target, reason)

    def alive(self, target: Any) -> bool:
        return self.system.alive(target)

    def whereis(self, name: str) -> Any:
        return self.system.whereis(name)

    def monitor(self, target: Any) -> Any:
        return self.system.monitor(target)

    def demonitor(self, mon: Any) -> None:
        self.system.demonitor(mon)

    def down(self, mon: Any, timeout_ms: int = 3000) -> Any:
        try:
            return neutral(mon.wait(timeout_ms / 1000))
        except TimeoutError as error:
            raise suite.WaitTimeout("no_down") from error

    # ---- supervisors
    def start_supervisor(self, sup: Any) -> Any:
        try:
            return self.system.start_supervisor(declared(sup.wire()), id=sup.id)
        except StartError as error:
            raise suite.StartError(neutral(error.reason)) from error

    def which_children(self, sup: Any) -> list[Any]:
        found: list[ChildInfo] = self._try(self.system.which_children, sup)
        return [suite.ChildInfo(child.id, child.ref, child.kind) for child in found]

    def count_children(self, sup: Any) -> dict[str, int]:
        count = self._try(self.system.count_children, sup)
        return {name: getattr(count, name) for name in ("specs", "active", "supervisors", "workers")}

    def start_child(self, sup: Any, child: Any) -> Any:
        if isinstance(child, suite.Probe):
            return self._try(self.system.start_child, sup, args=(child.wire(),), name=child.name)
        try:
            spec = child_spec(child.wire())
        except SpecError as error:
            raise suite.SupError(neutral(error.reason)) from error
        try:
            return self._try(self.system.start_child, sup, spec)
        except suite.SupError as error:  # as OTP answers it: the reason with the child it is about
            if isinstance(error.__cause__, StartError):
                raise suite.SupError((error.reason, ("child", None, spec.id))) from error
            raise

    def terminate_child(self, sup: Any, id_or_ref: Any) -> None:
        self._try(self.system.terminate_child, sup, id_or_ref)

    def restart_child(self, sup: Any, id: str) -> Any:
        return self._try(self.system.restart_child, sup, id)

    def delete_child(self, sup: Any, id: str) -> None:
        self._try(self.system.delete_child, sup, id)

    def get_childspec(self, sup: Any, id: str) -> dict[str, Any]:
        spec: ChildSpec = self._try(self.system.get_childspec, sup, id)
        default = "infinity" if spec.is_supervisor else 5000
        return {
            "id": spec.id,
            "restart": spec.restart,
            "shutdown": default if spec.shutdown_ms is None else spec.shutdown_ms,
            "significant": spec.significant,
            "type": "supervisor" if spec.is_supervisor else "worker",
        }

    # ---- system messages
    def suspend(self, target: Any, timeout_ms: int = 5000) -> None:
        self._try(self.system.suspend, target, timeout_ms / 1000)

    def resume(self, target: Any) -> None:
        self._try(self.system.resume, target)

    def get_state(self, target: Any) -> dict[str, Any]:
        state: State = self._try(self.system.get_state, target)
        return state.shown()

    def replace_state(self, target: Any, state: dict[str, Any]) -> dict[str, Any]:
        changed: State = self._try(self.system.replace_state, target, lambda old: replace(old, **state))
        return changed.shown()

    def replace_state_raising(self, target: Any) -> None:
        def change(state: State) -> State:
            raise ProbeError("rs")

        self._try(self.system.replace_state, target, change)

    def load_code(self, version: str) -> None:
        probes.Probe = VERSIONS[version]  # type: ignore[misc]  # a rebinding, as a reload makes
        self.system.code_loaded([__name__])

    def code_version(self) -> str:
        return probes.Probe.version

    def change_code(self, target: Any, old_vsn: Any, extra: Any = None) -> None:
        try:
            self._try(self.system.change_code, target, old_vsn, extra)
        except MigrationError as error:
            raise suite.CodeChangeError(_migration_reason(error)) from error

    def hot_reload(self, targets: Any, version: str, extra: Any = None) -> None:
        old = self.code_version()
        if not all(self.system.alive(target) for target in targets):
            raise suite.CallExit("noproc")
        try:
            with self.system.suspended(targets) as group:
                self.load_code(version)
                try:
                    group.change_code(old, extra)
                except MigrationError:
                    self.load_code(old)
                    raise
        except MigrationError as error:
            raise suite.CodeChangeError(_migration_reason(error)) from error

    def statistics(self, target: Any, flag: str) -> Any:
        on = {"on": True, "off": False}.get(flag)
        found = self._try(self.system.statistics, target, on=on)
        if flag != "get":
            return "ok"
        if found is None:
            return "no_statistics"
        return {"messages_in": found.messages_in, "messages_out": found.messages_out}

    def status(self, target: Any) -> str:
        return str(self._try(self.system.status, target))

    def trace(self, target: Any, on: bool) -> list[Any]:
        return list(self._try(self.system.trace, target, on=on))


def _migration_reason(error: MigrationError) -> Any:
    cause = error.__cause__
    if isinstance(cause, Exit):
        return ("error", neutral(cause.reason))
    return ("EXIT", neutral(reason_of(cause))) if cause is not None else ("unknown_system_msg", "change_code")


def declared(wire: dict[str, Any]) -> Any:
    """A tree function: each (re)start of the supervisor calls it, as OTP calls the supervisor's init."""

    def tree() -> Supervisor:
        JOURNAL.attempt(wire["id"])
        return Supervisor(
            tuple(declared_child(child) for child in wire["children"]),
            strategy=wire["strategy"],
            max_restarts=wire["max_restarts"],
            max_seconds=wire["max_seconds"],
            auto_shutdown=wire["auto_shutdown"],
            name=wire["name"],
        )

    return tree


def declared_child(wire: dict[str, Any]) -> ChildSpec:
    try:
        return child_spec(wire)
    except SpecError as error:
        raise SpecError(str(error), ("start_spec", error.reason)) from error


def child_spec(wire: dict[str, Any]) -> ChildSpec:
    is_worker = wire["type"] == "worker"
    return ChildSpec(
        wire["id"],
        probes.Probe if is_worker else declared(wire["start"]),
        (wire["start"],) if is_worker else (),
        restart=wire["restart"],
        shutdown_ms=wire["shutdown"],
        significant=wire["significant"],
        name=wire["start"]["name"] if is_worker else None,
    )


def make() -> OurAdapter:
    return OurAdapter()
