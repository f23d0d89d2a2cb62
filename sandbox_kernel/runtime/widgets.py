"""Widgets: faces of the session in a notebook. They hold no logic; each hands wire requests to a handler.

The front end sends `{id, request}` over the widget's comm and gets `{id, reply}`; what happens by itself comes as
`{event}`. A message may arrive on any thread: on a subshell's in JupyterLab and Notebook, so that a click is answered
while a cell runs, and on the main one in Voila. Nothing here is mutable beside the traits, and the handler has its own
lock, so none is held here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from sandbox_kernel import wire
from sandbox_kernel.runtime import bundle

Handler = Callable[[wire.Request], wire.Reply]
Listener = Callable[[wire.AnyEvent], None]
Subscribe = Callable[[Listener], Callable[[], None]]


class SandboxWidget(anywidget.AnyWidget):
    """Base of all widgets: the loader, the requests and the events.

    `handler` answers the requests, that of this kernel's session unless given; `subscribe` calls back for each event
    and returns how to stop that.
    """

    _esm = bundle.loader()
    _shown: tuple[type[wire.Event], ...] = ()
    """Which events the view wants to hear of."""
    _unsubscribe: Callable[[], None] | None = None

    view = traitlets.Unicode().tag(sync=True)

    def __init__(self, *, handler: Handler | None = None, subscribe: Subscribe | None = None, **values: Any) -> None:
        # Any: values of traits
        if handler is None:
            handler, subscribe = _this_kernel()
        self._handler = handler
        super().__init__(view=type(self).__name__, **values)  # at once: each later assignment is a message of its own
        self.on_msg(self._receive)
        self._unsubscribe = subscribe(self._push) if subscribe else None

    def close(self) -> None:
        """Takes the widget away, here and in the page."""
        if self._unsubscribe:
            self._unsubscribe()
            self._unsubscribe = None
        super().close()

    def _receive(self, _: object, content: dict[str, Any], buffers: list[memoryview]) -> None:  # Any: JSON
        if "bundle" in content:
            self.send({"bundle": content["bundle"]}, buffers=[bundle.packed_bundle()])
        elif "request" in content:
            self.send({"id": content.get("id"), "reply": wire.to_builtins(self._answer(content["request"]))})

    def _answer(self, data: object) -> wire.Reply:
        try:
            return self._handler(wire.request_from(data))
        except Exception as error:  # a border: the front end waits for an answer, whatever happened
            return wire.Failure(error=type(error).__name__, message=str(error))

    def _push(self, event: wire.AnyEvent) -> None:
        if isinstance(event, self._shown):
            self.send({"event": wire.to_builtins(event)})


class ModuleEditor(SandboxWidget):
    """Edits one module of the sandbox: check, reload, look at its versions, compare them and roll back.

    `source` is the text in the editor, the saved file's unless given; assign it to replace the text. `version` is the
    live version, 0 while there is none, and `edited` tells whether the text differs from it. `height` is that of the
    code: pixels, or any CSS length.
    """

    _shown = (wire.Reloaded, wire.ReloadRejected)

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
        handler: Handler | None = None,
        subscribe: Subscribe | None = None,
        **values: Any,  # Any: values of traits, such as `layout`
    ) -> None:
        if not module.isidentifier():
            raise ValueError(f"'{module}' cannot name a module; use letters, digits and underscores, as in 'till'")
        handler, subscribe = (handler, subscribe) if handler else _this_kernel()
        super().__init__(
            handler=handler,
            subscribe=subscribe,
            module=module,
            source=_saved_text(handler, module) if source is None else source,
            version=_live_version(handler, module),
            height=f"{height}px" if isinstance(height, int) else height,
            **values,
        )


def _live_version(handler: Handler, module: str) -> int:
    reply = handler(wire.GetHistory(module=module, limit=1))
    return reply.live if isinstance(reply, wire.History) else 0


def _saved_text(handler: Handler, module: str) -> str:
    reply = handler(wire.GetSource(module=module, number=0))
    return reply.text if isinstance(reply, wire.Source) else ""


def _this_kernel() -> tuple[Handler, Subscribe]:
    """Raises SandboxError in a kernel that is no sandbox."""
    from sandbox_kernel.runtime import requests, session  # a widget with a handler of its own needs no session

    current = session.current()
    return (lambda request: requests.handle(current, request)), current.events.subscribe
