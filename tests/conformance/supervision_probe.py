"""The probe server of the supervision conformance suite as a Worker, in the versions that the suite loads.

Imported by `supervision_adapter` only, which rebinds `Probe` when the suite loads another version.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox_kernel.errors import CallError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.reasons import Crashed
from sandbox_kernel.supervision.refs import Sender
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
