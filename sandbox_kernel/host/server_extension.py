"""What `jupyter server` loads of this package: REST interface, events and metrics of the sandboxes that it runs.

No authentication of its own, no polling: the server's kernel manager tells of each kernel that it starts.
"""

from __future__ import annotations

from typing import Any

from sandbox_kernel.host import metrics, openapi, rest, served_events
from sandbox_kernel.host.served import ServedSandboxes

KERNEL_ACTIONS = "https://events.jupyter.org/jupyter_server/kernel_actions/v1"
SHARE = openapi.TARGET.parent


def load(app: Any) -> None:  # Any: jupyter_server's ServerApp, whose traits carry no types
    """Called by the server once, before its loop runs."""
    events = app.event_logger
    events.register_event_schema(SHARE / "sandbox_event.yaml")

    def emit(told: dict[str, Any]) -> None:  # Any: JSON
        metrics.note(told)
        events.emit(schema_id=served_events.SCHEMA, data=told)

    sandboxes = ServedSandboxes(app.kernel_manager, emit)
    metrics.watch(lambda: len(sandboxes.ids()))

    async def on_action(logger: Any, schema_id: str, data: dict[str, Any]) -> None:  # Any: as jupyter_events calls it
        if data.get("status") == "success" and data.get("kernel_id"):
            await sandboxes.noticed(data["action"], data["kernel_id"])

    events.add_listener(schema_id=KERNEL_ACTIONS, listener=on_action)
    settings = app.web_app.settings
    app.web_app.add_handlers(".*$", rest.handlers(settings["base_url"], sandboxes, openapi.TARGET.read_bytes()))
