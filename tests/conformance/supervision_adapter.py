"""Our side of the supervision conformance suite: its probe server as a Worker, its commands as calls of a System.

The suite brings `adapter`; this module is imported by it only, with `tests/conformance` on PYTHONPATH.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from dataclasses import dataclass, field, replace
from typing import Any

import adapter as suite

from sandbox_kernel.errors import CallError, CallTimeout, ChildError, MigrationError, StartError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.manage import ChildInfo
from sandbox_kernel.supervision.reasons import Crashed, reason_of
from sandbox_kernel.supervision.refs import Sender
from sandbox_kernel.supervision.spec import ChildSpec, SpecError, Supervisor
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.worker import (
    Exit,
    ExitMessage,
    IdleTimeout,
    Ignore,
    NoReply,
    ProcessDown,
    Reply,
    Started,
    Stop,
    Worker,
)  # fmt: skip


class ProbeError(Exception):
    """What a probe raises when it is told to crash."""


@dataclass
class State:
    """The probe's state. `migrated` says which code_change it went through."""

    probe: dict[str, Any]
    value: Any
    log: list[Any] = field(default_factory=list)
    migrated: list[Any] | None = None
    deferred: dict[Any, Sender] = field(default_factory=dict)
    monitors: dict[Any, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        return {"value": self.value, "log": list(self.log), "migrated": self.migrated}


class Journal:
    """What happened, in one order, seen from outside the workers."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.events: list[tuple[Any, ...]] = []
            self.attempts: dict[str, int] = {}

    def add(self, *event: Any) -> None:
        with self.lock:
            self.events.append(event)

    def attempt(self, probe_id: str) -> int:
        with self.lock:
            self.attempts[probe_id] = number = self.attempts.get(probe_id, 0) + 1
            self.events.append(("init", probe_id, number))
        return number


JOURNAL = Journal()


def neutral(reason: Any) -> Any:
    """The suite's spelling of a reason."""
    if isinstance(reason, Crashed):
        return ("error", reason.text)
    if isinstance(reason, tuple):
        return tuple(neutral(part) for part in reason)
    return reason


class BaseProbe(Worker):
    version = "1"

    def init(self, template: dict[str, Any], *probe: dict[str, Any]) -> Any:
        spec = probe[0] if probe else template
        attempt = JOURNAL.attempt(spec["id"])
        api.trap_exit(spec["trap_exit"])
        plan = spec["plan"]
        step = plan[min(attempt, len(plan)) - 1]
        state = State(spec, spec["value"])
        match step:
            case "ignore":
                return Ignore()
            case ("stop", reason):
                return Stop(reason)
            case ("error", text):
                raise ProbeError(text)
            case ("exit", reason):
                raise Exit(reason)
            case ("sleep", ms):
                return self.later(ms, state)
            case ("slow_stop", ms, reason):
                return self.later(ms, Stop(reason))
            case ("continue", arg):
                return Started(state, continue_with=arg)
        return state

    @staticmethod
    async def later(ms: int, result: Any) -> Any:
        await asyncio.sleep(ms / 1000)
        return result

    def handle_call(self, request: Any, sender: Sender, state: State) -> Any:
        match request:
            case ("get",):
                return Reply(state.value, state)
            case ("set", value):
                old, state.value = state.value, value
                return Reply(old, state)
            case ("add", number):
                state.value += number
                return Reply(state.value, state)
            case ("log",):
                return Reply(list(state.log), state)
            case ("echo", value):
                return Reply(value, state)
            case ("note", value):
                state.log.append(("call", value))
                return Reply(len(state.log), state)
            case ("sleep", ms):
                return self.later(ms, Reply("slept", state))
            case ("stop", reason, answer):
                return Stop(reason, state, answer)
            case ("stop_noreply", reason):
                return Stop(reason, state)
            case ("defer", tag):
                state.deferred[tag] = sender
                return NoReply(state)
            case ("early_reply", value, text):
                api.reply(sender, value)
                raise ProbeError(text)
            case ("continue", arg):
                return Reply("ok", state, continue_with=arg)
            case ("idle_timeout", ms):
                return Reply("ok", state, idle_timeout_s=ms / 1000)
            case ("version",):
                return Reply(self.version, state)
            case ("state",):
                return Reply({"value": state.value, "migrated": state.migrated}, state)
            case ("call", target, inner, ms):
                return self.nested(target, inner, ms, state)
            case ("bump_later", number):
                api.send(api.this(), ("$bump", number))
                return NoReply(state)
        if request[0] in ("trap", "link", "unlink", "monitor", "demonitor", "hibernate"):
            self.signals(request, state)
            return Reply("ok", state)
        return self.misbehave(request)

    def signals(self, request: Any, state: State) -> None:
        match request:
            case ("trap", flag):
                api.trap_exit(flag)
            case ("link", target):
                try:
                    api.link(target)
                except CallError as error:
                    raise ProbeError(error.reason) from error
            case ("unlink", target):
                api.unlink(target)
            case ("monitor", target):
                state.monitors[target] = api.monitor(target)
            case ("demonitor", target):
                api.demonitor(state.monitors[target])

    def misbehave(self, request: Any) -> Any:
        match request:
            case ("exit", reason):
                raise Exit(reason)
            case ("badreturn",):
                return "garbage"
            case ("crash", text):
                raise ProbeError(text)
        raise ProbeError(f"unknown request {request!r}")

    async def nested(self, target: Any, request: Any, ms: int, state: State) -> Any:
        try:
            return Reply(("ok", await api.acall(target, request, ms / 1000)), state)
        except CallError as error:
            return Reply(("exit", neutral(error.reason)), state)

    def handle_cast(self, message: Any, state: State) -> Any:
        match message:
            case ("append", value):
                state.log.append(("cast", value))
            case ("set", value):
                state.value = value
            case ("add", number):
                state.value += number
            case ("reply", tag, value):
                api.reply(state.deferred[tag], value)
            case ("sleep", ms):
                return self.later(ms, NoReply(state))
            case ("stop", reason):
                return Stop(reason, state)
            case _:
                return self.misbehave(message)
        return NoReply(state)

    def handle_info(self, message: Any, state: State) -> Any:
        match message:
            case ExitMessage(ref, reason):
                state.log.append(("EXIT", "?" if ref is None else ref.id, neutral(reason)))
            case ProcessDown(monitor, ref, reason):
                name = next((t for t, m in state.monitors.items() if m is monitor and isinstance(t, str)), None)
                state.log.append(("DOWN", name or (ref.id if ref else "?"), neutral(reason)))
            case IdleTimeout():
                state.log.append(("timeout",))
            case ("$bump", number):
                state.value += number
            case _:
                state.log.append(("info", message))
        return NoReply(state)

    def handle_continue(self, arg: Any, state: State) -> Any:
        state.log.append(("continue", arg))
        return NoReply(state)

    async def terminate(self, reason: Any, state: State) -> None:
        JOURNAL.add("terminate", state.probe["id"], neutral(reason))
        await asyncio.sleep(state.probe["terminate_ms"] / 1000)
        if state.probe["terminate_error"]:
            raise ProbeError(state.probe["terminate_error"])

    def code_change(self, old_version: Any, state: State, extra: Any) -> State:
        JOURNAL.add("code_change", state.probe["id"], old_version, extra)
        if state.value == "poison":
            self.poisoned(state)
        if self.version != "1":
            state.migrated = [old_version, extra]
        return state

    def poisoned(self, state: State) -> None:
        """What this version's migration does with a state it cannot take."""


def _version(number: str) -> type[BaseProbe]:
    def raises(self: BaseProbe, state: State) -> None:
        raise ProbeError("bad migration")

    def refuses(self: BaseProbe, state: State) -> None:
        raise Exit("refused")

    def mutates(self: BaseProbe, state: State) -> None:
        state.value, state.migrated = "spoilt", ["half"]
        raise ProbeError("bad migration")

    body: dict[str, Any] = {"version": number, "__module__": __name__, "__qualname__": "Probe"}
    poison = {"2_raises": raises, "2_refuses": refuses, "2_mutates": mutates}.get(number)
    if poison is not None:
        body["poisoned"] = poison
    return type("Probe", (BaseProbe,), body)


VERSIONS = {number: _version(number) for number in ("1", "2", "3", "2_raises", "2_refuses", "2_mutates")}
Probe = VERSIONS["1"]


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
            ref = self.system.start_worker(Probe, wire, name=wire["name"], id=wire["id"])
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
        return self._try(self.system.start_child, sup, spec)

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
        setattr(sys.modules[__name__], "Probe", VERSIONS[version])  # noqa: B010 - says that it is a rebinding
        self.system.code_loaded([__name__])

    def code_version(self) -> str:
        return Probe.version

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
        Probe if is_worker else declared(wire["start"]),
        (wire["start"],) if is_worker else (),
        restart=wire["restart"],
        shutdown_ms=wire["shutdown"],
        significant=wire["significant"],
        name=wire["start"]["name"] if is_worker else None,
    )


def make() -> OurAdapter:
    return OurAdapter()
