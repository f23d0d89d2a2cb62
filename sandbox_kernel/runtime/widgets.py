"""Widgets: faces of the session in a notebook. They hold no logic; each hands wire requests to a handler.

The front end sends `{id, request}` over the widget's comm and gets `{id, reply}`; what happens by itself comes as
`{event}`, how the tree and the usage are now as `{live}`, both numbered by `seq`, so that a page notices what it missed.
A message may arrive on any thread: on a subshell's in JupyterLab and Notebook, so that a click is answered while a cell
runs, and on the main one in Voila. The handler has a lock of its own; the one here keeps numbers in order.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anywidget
import traitlets

from sandbox_kernel import wire
from sandbox_kernel.runtime import bundle, channel, drafts
from sandbox_kernel.runtime.once import Once

Handler = Callable[[wire.Request], wire.Reply]
Subscribe = Callable[[Callable[[wire.AnyEvent], None]], Callable[[], None]]
Watch = Callable[[Callable[[wire.Tree | wire.Usage], None]], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Link:
    """What a widget needs of a sandbox. `subscribe` and `watch` take a callback and return what ends it."""

    handler: Handler
    subscribe: Subscribe | None = None
    watch: Watch | None = None


def this_kernel() -> Link:
    """The sandbox that this kernel is. Raises SandboxError in a kernel that is none."""
    from sandbox_kernel.runtime import current, requests  # a widget with a handler of its own needs no session

    session = current.current()
    return Link(lambda request: requests.handle(session, request), session.events.subscribe, session.live.listen)


class SandboxWidget(anywidget.AnyWidget):
    """Base of all widgets: the loader, the requests, the events. `link` is this kernel's sandbox unless given."""

    _esm = bundle.loader()
    _events: tuple[type[wire.Event], ...] = ()
    """Which events the view wants to hear of."""
    _live = False
    """Whether the view wants to know how the tree and the usage are."""
    _ends: tuple[Callable[[], None], ...] = ()

    view = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, link: Link | None = None, **values: Any) -> None:  # Any: values of traits
        link = link or this_kernel()
        self._handler = link.handler
        super().__init__(view=type(self).__name__, **values)  # at once: each later assignment is a message of its own
        self._once, self._sending, self._sent = Once(), threading.Lock(), 0
        channel.keep_to_asked_subshell(self.comm)
        self.on_msg(self._receive)
        if self._events and link.subscribe:
            self._ends += (link.subscribe(self._push_event),)
        if self._live and link.watch:
            self._ends += (link.watch(self._push_sample),)

    def close(self) -> None:
        """Takes the widget away, here and in the page."""
        ends, self._ends = self._ends, ()
        for end in ends:
            end()
        super().close()

    def _receive(self, _: object, content: dict[str, Any], buffers: list[memoryview]) -> None:  # Any: JSON
        if "bundle" in content:
            self.send({"bundle": content["bundle"]}, buffers=[bundle.packed_bundle()])
        elif "request" in content:
            reply = self._answer(str(content.get("id")), content["request"])
            if reply is not None:
                self.send({"id": content.get("id"), "reply": wire.to_builtins(reply)})

    def _answer(self, asked: str, data: object) -> wire.Reply | None:
        try:
            return self._once.reply(asked, wire.request_from(data), self._handler)
        except Exception as error:  # a border: the front end waits for an answer, whatever happened
            return wire.Failure(error=type(error).__name__, message=str(error))

    def _push_event(self, event: wire.AnyEvent) -> None:
        if isinstance(event, self._events):
            self._push("event", event)

    def _push_sample(self, sample: wire.Tree | wire.Usage) -> None:
        self._push("live", sample)

    def _push(self, kind: str, message: wire.Message) -> None:
        with self._sending:
            self._sent += 1
            self.send({kind: wire.to_builtins(message), "seq": self._sent})


RELOADS = (wire.Reloaded, wire.ReloadRejected)
CRASHES = (wire.WorkerCrashed, wire.WorkerRestarted, wire.SupervisorGaveUp)


class ModuleEditor(SandboxWidget):
    """Edits one module of the sandbox: check, reload, look at its versions, compare them and roll back.

    `source` is the text in the editor, the saved file's unless given; assign it to replace the text. `version` is the
    live version, 0 while there is none, and `edited` tells whether the text differs from it. `height` is that of the
    code: pixels, or any CSS length.
    """

    _events = RELOADS

    module = traitlets.Unicode().tag(sync=True)
    source = traitlets.Unicode().tag(sync=True)
    version = traitlets.Int(0).tag(sync=True)
    edited = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Unicode("360px").tag(sync=True)

    def __init__(
        self,
        module: str,
        source: str | None = None,
        *,
        height: int | str = 360,
        link: Link | None = None,
        **values: Any,  # Any: values of traits, such as `layout`
    ) -> None:
        _check_name(module)
        link = link or this_kernel()
        text = _saved_text(link.handler, module) if source is None else source
        live = _live_version(link.handler, module)
        super().__init__(link=link, module=module, source=text, version=live, height=css_length(height), **values)


class VersionTimeline(SandboxWidget):
    """The versions of one module, newest first, with diff and roll back. `version` is the live one."""

    _events = RELOADS

    module = traitlets.Unicode().tag(sync=True)
    version = traitlets.Int(0).tag(sync=True)

    def __init__(self, module: str, *, link: Link | None = None, **values: Any) -> None:  # Any: values of traits
        _check_name(module)
        link = link or this_kernel()
        super().__init__(link=link, module=module, version=_live_version(link.handler, module), **values)


class DiffView(SandboxWidget):
    """Two versions of one module side by side. `right` is the live version unless given; 0 means the saved file."""

    module = traitlets.Unicode().tag(sync=True)
    left = traitlets.Int().tag(sync=True)
    right = traitlets.Int().tag(sync=True)
    height = traitlets.Unicode("360px").tag(sync=True)

    def __init__(
        self,
        module: str,
        left: int,
        right: int | None = None,
        *,
        height: int | str = 360,
        link: Link | None = None,
        **values: Any,  # Any: values of traits
    ) -> None:
        _check_name(module)
        link = link or this_kernel()
        right = _live_version(link.handler, module) if right is None else right
        super().__init__(link=link, module=module, left=left, right=right, height=css_length(height), **values)


class SupervisionTree(SandboxWidget):
    """The running tree: who supervises whom, how each one is, and its state."""

    _events = (*CRASHES, wire.Reloaded, wire.TreeChanged)
    _live = True


class CrashCard(SandboxWidget):
    """The newest crashes of workers: which one, why, where, and what its supervisor does about it."""

    _events = CRASHES
    _live = True


class ResourceMeter(SandboxWidget):
    """Memory and processor of this sandbox."""

    _live = True


class Studio(SandboxWidget):
    """All of a sandbox on one page: an editor per module, versions, the tree with its state, crashes and usage.

    `selected` is the module whose tab is open. `texts` has what is written but not reloaded yet, by module; it is kept
    in the sandbox's directory.
    """

    _events = (*RELOADS, *CRASHES, wire.TreeChanged)
    _live = True

    selected = traitlets.Unicode("").tag(sync=True)
    texts = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Unicode()).tag(sync=True)
    height = traitlets.Unicode("420px").tag(sync=True)

    def __init__(
        self,
        selected: str = "",
        *,
        height: int | str = 420,
        link: Link | None = None,
        **values: Any,  # Any: values of traits
    ) -> None:
        if selected:
            _check_name(selected)
        written = drafts.kept("studio") if link is None else None
        values = {"texts": written if isinstance(written, dict) else {}, **values}
        super().__init__(link=link, selected=selected, height=css_length(height), **values)
        if link is None:
            self.observe(lambda change: drafts.keep("studio", change["new"]), "texts")


def _check_name(module: str) -> None:
    if not module.isidentifier():
        raise ValueError(f"'{module}' cannot name a module; use letters, digits and underscores, as in 'till'")


def css_length(height: int | str) -> str:
    """Pixels, or any CSS length."""
    return f"{height}px" if isinstance(height, int) else height


def _live_version(handler: Handler, module: str) -> int:
    reply = handler(wire.GetHistory(module=module, limit=1))
    return reply.live if isinstance(reply, wire.History) else 0


def _saved_text(handler: Handler, module: str) -> str:
    reply = handler(wire.GetSource(module=module, number=0))
    return reply.text if isinstance(reply, wire.Source) else ""
