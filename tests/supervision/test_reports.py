"""What people see: events, crash reports, snapshots and output (SUPERVISION a.10, c.3, c.7)."""

from __future__ import annotations

import io
import signal
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from trees import Tree, answer, boom, note, virtual

from sandbox_kernel.errors import CallError, StartError
from sandbox_kernel.supervision import api
from sandbox_kernel.supervision.events import CrashReport, WorkerCrashed, WorkerOutput
from sandbox_kernel.supervision.manage import StartChild, TerminateChild
from sandbox_kernel.supervision.spec import ChildSpec, Supervisor
from sandbox_kernel.supervision.spelling import meant
from sandbox_kernel.supervision.system import System
from sandbox_kernel.supervision.versions import version_of
from sandbox_kernel.supervision.watchdog import Watchdog
from sandbox_kernel.supervision.worker import NoReply, Reply, Worker


def reports(tree: Tree) -> list[CrashReport]:
    return [event.report for event in tree.events if isinstance(event, WorkerCrashed) and event.report is not None]


@virtual
async def test_a_crash_report_tells_the_whole_story(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("till", value=3), name="shop", max_restarts=3)
    till = await tree.ref(top, "till")
    for n in range(12):
        tree.core.cast(till, note(n))
    tree.core.cast(till, boom)
    tree.core.cast(till, note("never handled"))
    await tree.settle()
    [report] = reports(tree)
    assert report.story.startswith("'till' crashed while taking <function boom")
    assert "ValueError: boom" in report.story
    assert report.story.endswith("supervisor 'shop' restarts it (2 of 3 in 5 s left)")
    assert ("cast", "shop", 2, 1) == (report.message_kind, report.supervisor, report.restarts_left, report.queue_length)
    assert 10 == len(report.recent)
    assert "State(value=3" in report.state
    assert ("shop",) == report.links


@virtual
async def test_the_traceback_shows_the_authors_frames_only(tree: Tree) -> None:
    w = await tree.worker()
    tree.core.cast(w, boom)
    await tree.settle()
    [report] = reports(tree)
    assert "in boom" in report.traceback
    assert "sandbox_kernel/supervision" not in report.traceback


@pytest.mark.parametrize(
    ("options", "decision"),
    [
        ({"restart": "temporary"}, "it is temporary, so it stays down"),
        ({}, "supervisor 'sup' gives up, as that is more than 0 restarts in 5 s"),
    ],
)
def test_the_report_says_what_becomes_of_it(options: Any, decision: str) -> None:
    @virtual
    async def run(tree: Tree) -> None:
        top = await tree.supervisor(tree.child("a", **options), max_restarts=0)
        await tree.end(await tree.ref(top, "a"), "odd")
        assert [decision] == [report.decision for report in reports(tree)]

    run()


@virtual
async def test_an_end_on_purpose_is_not_called_a_crash(tree: Tree) -> None:
    w = await tree.worker("till")
    await tree.end(w, "tired")
    assert reports(tree)[0].story.startswith("'till' ended while taking")


@virtual
async def test_a_forgotten_return_comes_with_a_hint(tree: Tree) -> None:
    w = await tree.worker()
    tree.core.cast(w, lambda actor, state: None)
    await tree.settle()
    assert "return Reply(value, state)" in reports(tree)[0].hint


@virtual
async def test_a_start_that_fails_says_what_becomes_of_it(tree: Tree) -> None:
    no = OSError("no port")
    with pytest.raises(StartError):
        await tree.start(tree.child("alone", no))
    top = await tree.supervisor(tree.child("weak", None, no), name="shop", max_restarts=1)
    with pytest.raises(StartError):
        await tree.call(top, StartChild(tree.child("more", no)))
    with pytest.raises(StartError):
        await tree.supervisor(tree.child("first", no), name="other")
    await tree.end(await tree.ref(top, "weak"), "odd")
    told = [report.story.rpartition("; ")[2] for report in reports(tree) if "did not start" in report.story]
    assert [
        "nobody supervises it, so it does not run",
        "supervisor 'shop' goes on without it",
        "so supervisor 'other' does not start either",
        "supervisor 'shop' gives up, as that is more than 1 restart in 5 s",
    ] == told


def test_a_report_says_where_the_call_came_from(system: System) -> None:
    seen: list[Any] = []
    system.core.events.sink = seen.append
    system.start_worker(Wrong, name="wrong")
    with pytest.raises(CallError):
        system.call("wrong", "name")
    [report] = [event.report for event in seen if isinstance(event, WorkerCrashed)]
    assert "test_reports.py, line" in report.sent_from
    assert 'system.call("wrong", "name")' in report.sender_stack


class Wrong(Worker):
    """Slips of the hand, and things that look like one."""

    def init(self) -> Any:
        return {}

    def handle_call(self, request: Any, sender: Any, state: Any) -> Any:
        counter = 1
        match request:
            case "name":
                return Reply(countr, counter)  # type: ignore[name-defined]  # noqa: F821 - that is what is tested
            case "attribute":
                return Reply("x".uper(), state)  # type: ignore[attr-defined]
            case "far":
                return Reply(total_of_all, state)  # type: ignore[name-defined]  # noqa: F821
            case "signal":
                signal.signal(signal.SIGINT, signal.SIG_DFL)
            case "key":
                return Reply(state["conter"], state)
            case ("select", connection):
                return Reply(connection.execute("select 1"), state)
        return None


@pytest.mark.parametrize(
    ("request_", "hint"),
    [
        ("name", "did you mean 'counter'?"),
        ("attribute", "did you mean 'upper'?"),
        ("far", ""),
        ("key", ""),
        ("signal", "signal handlers belong to the main thread; set them in a cell"),
    ],
)
def test_a_hint_is_given_only_where_it_is_certain(request_: str, hint: str, system: System) -> None:
    seen: list[Any] = []
    system.core.events.sink = seen.append
    system.start_worker(Wrong, name="wrong")
    with pytest.raises(CallError) as caught:
        system.call("wrong", request_)
    [report] = [event.report for event in seen if isinstance(event, WorkerCrashed)]
    assert hint == report.hint
    assert "signal.py" not in str(caught.value)


def test_a_database_of_a_cell_in_a_worker_is_explained(system: System) -> None:
    seen: list[Any] = []
    system.core.events.sink = seen.append
    system.start_worker(Wrong, name="wrong")
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(CallError):
        system.call("wrong", ("select", connection))
    [report] = [event.report for event in seen if isinstance(event, WorkerCrashed)]
    assert "open the database in the worker's own `init`" in report.hint


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("countr", ["counter", "till"], "counter"),
        ("Counter", ["counter"], "counter"),
        ("conuter", ["counter"], "counter"),
        ("counters", ["counter"], "counter"),
        ("cat", ["car", "cap"], ""),
        ("ab", ["abc"], ""),
        ("till", ["counter"], ""),
        ("counter", ["counter"], ""),
    ],
)
def test_a_name_is_guessed_only_where_one_slip_explains_it(name: str, known: list[str], expected: str) -> None:
    assert expected == meant(name, known)


@virtual
async def test_who_calls_the_wrong_name_or_a_life_that_is_over_is_told_so(tree: Tree) -> None:
    ref = await tree.start(tree.child("counter", name="counter"))
    for target, text in {
        "countr": "there is no worker 'countr' just now; did you mean 'counter'?",
        "till": "there is no worker 'till' just now; look at the tree for those that run",
    }.items():
        with pytest.raises(CallError) as caught:
            await tree.call(target, answer(1))
        assert text == str(caught.value)
    await tree.end(ref, "odd")
    with pytest.raises(CallError, match="has ended; call by name"):
        await tree.call(ref, answer(1))


@virtual
async def test_a_report_names_all_that_stand_above(tree: Tree) -> None:
    inner = Supervisor([tree.child("x", name="x")], name="inner")
    await tree.supervisor(ChildSpec("inner", inner), name="top")
    await tree.end(tree.core.names["x"].ref, "odd")
    assert [("inner", "top")] == [report.ancestors for report in reports(tree)]


@virtual
async def test_events_are_numbered_without_gaps(tree: Tree) -> None:
    top = await tree.supervisor(tree.child("a"), tree.child("b"))
    await tree.end(await tree.ref(top, "a"), "odd")
    await tree.stop(top)
    assert list(range(1, len(tree.events) + 1)) == [event.number for event in tree.events]
    kinds = [type(event).__name__ for event in tree.events]
    assert ["WorkerCrashed", "WorkerStarted", "WorkerRestarted"] == kinds[3:6]


@virtual
async def test_a_sink_that_fails_harms_nobody(tree: Tree) -> None:
    def broken(event: Any) -> None:
        raise ValueError("the sink is broken")

    tree.core.events.sink = broken
    w = await tree.worker()
    assert 1 == await tree.call(w, answer(1))


@virtual
async def test_a_snapshot_shows_the_tree(tree: Tree) -> None:
    inner = ChildSpec("inner", Supervisor([tree.child("x", value=7)], strategy="one_for_all"))
    top = await tree.supervisor(tree.child("a"), inner, name="top")
    await tree.end(await tree.ref(top, "a"), "odd")
    await tree.call(top, TerminateChild("a"))
    await tree.suspend(await tree.ref(await tree.ref(top, "inner"), "x"))
    [root] = tree.system.tree().roots
    a, inside = root.children
    assert ("top", "supervisor", "running", "one_for_one", 1) == (
        root.id,
        root.kind,
        root.status,
        root.strategy,
        root.restarts,
    )
    assert ("a", "stopped", True) == (a.id, a.status, "'a' ended" in a.last_crash)
    [x] = inside.children
    assert ("one_for_all", "x", "suspended", "trees", "Actor") == (
        inside.strategy,
        x.id,
        x.status,
        x.module,
        x.class_name,
    )
    assert "value=7" in x.state


# ---- versions
def test_the_version_of_a_class_is_a_hash_of_what_it_does_not_of_how_it_is_written() -> None:
    def build(source: str) -> type[Worker]:
        names: dict[str, Any] = {"Worker": Worker, "Reply": Reply}
        exec(source, names)
        found: type[Worker] = names["Till"]
        return found

    plain = "class Till(Worker):\n    def handle_call(self, request, sender, n):\n        return Reply(n + 1, n)\n"
    commented = plain.replace("        return", "        '''Answers.'''\n\n        # the total\n        return")
    changed = plain.replace("+ 1", "- 1")
    told = plain.replace("    def", "    vsn = 7\n    def")
    assert version_of(build(plain)) == version_of(build(commented))
    assert version_of(build(plain)) != version_of(build(changed))
    assert 7 == version_of(build(told))


# ---- output
class Printer(Worker):
    def handle_call(self, request: Any, sender: Any, state: Any) -> Any:
        print(request, end="")  # noqa: T201 - that is what is tested
        return Reply(state, state)

    def handle_cast(self, message: Any, state: Any) -> Any:
        print(message)  # noqa: T201
        return NoReply(state)


class Cells:
    """A host with one cell per thread that says so."""

    def __init__(self) -> None:
        self.cell: str | None = None
        self.shown: list[tuple[str | None, str, str]] = []

    def origin(self) -> object | None:
        return self.cell

    def write(self, text: str, *, stream: str, worker: str, origin: object | None) -> None:
        assert origin is None or isinstance(origin, str)
        self.shown.append((origin, worker, text))


def test_output_goes_to_the_cell_that_caused_it_in_whole_lines() -> None:
    cells, events = Cells(), list[Any]()
    with System(events=events.append, output=cells) as system:
        system.start_worker(Printer, name="p")
        cells.cell = "cell 3"
        system.call("p", "no newline")
        cells.cell = "cell 4"
        system.call("p", "two\nlines\n")
        cells.cell = None
        system.cast("p", "nobody asked")
        system.call("p", "")
        assert "no newline\ntwo\nlines\nnobody asked\n" == system.output_of("p")
    shown = [("cell 3", "p", "no newline\n"), ("cell 4", "p", "two\nlines\n"), (None, "p", "nobody asked\n")]
    assert shown == cells.shown
    assert [text for _, _, text in shown] == [event.text for event in events if isinstance(event, WorkerOutput)]


def test_what_plain_code_prints_is_left_alone(system: System, capsys: Any) -> None:
    print("plain")  # noqa: T201
    assert "plain\n" == capsys.readouterr().out


def test_a_worker_may_not_ask_for_input(system: System, monkeypatch: Any) -> None:
    class Asker(Worker):
        def handle_call(self, request: Any, sender: Any, state: Any) -> Any:
            return Reply(input("how much? "), state)

    monkeypatch.setattr("sys.stdin", io.StringIO("3\n"))
    asker = system.start_worker(Asker)
    with pytest.raises(Exception, match="ask in a cell and send the answer"):
        system.call(asker, "ask")
    assert "3" == input()


# ---- the watchdog
def test_a_handler_that_keeps_the_loop_is_named_and_ended() -> None:
    """The watchdog is looked with by hand, with a clock of the test's, so that nothing depends on real time."""

    class Spinner(Worker):
        def handle_call(self, request: Any, sender: Any, state: Any) -> Any:
            while True:
                pass

    events: list[Any] = []
    with System(events=events.append, warn_s=None) as system:
        spinner, other = system.start_worker(Spinner), system.start_worker(Printer, "here")
        now = [0.0]
        dog = Watchdog(system.core, warn_s=0.25, end_s=5.0, clock=lambda: now[0])
        call = api.threading.Thread(target=lambda: _expect_blocked(system, spinner, events))
        call.start()
        while system.core.inside is None:
            pass
        for moment in (0.0, 0.3, 4.0):
            now[0] = moment
            dog.look()
        assert "blocked" == system.tree().roots[0].status
        now[0] = 5.1
        dog.look()
        call.join()
        assert "here" == system.call(other, "")
    blocked = [(event.seconds, event.ended) for event in events if type(event).__name__ == "WorkerBlocked"]
    assert [(0.3, False), (5.1, True)] == blocked
    assert ["blocked"] == [event for event in events if isinstance(event, str)]


def _expect_blocked(system: System, spinner: Any, events: list[Any]) -> None:
    with pytest.raises(Exception, match=r"kept the loop for 5\.1 s") as caught:
        system.call(spinner, "spin", None)
    events.append(caught.value.reason[0])  # type: ignore[attr-defined]  # it is a CallError
