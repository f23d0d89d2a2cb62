"""What a Jupyter server tells its operators of its sandboxes: counters on its own `/metrics`, and one log line per event.

Loaded by the server extension alone, once per process, since metrics are registered for good. No name, text or state of a
learner becomes a label or a field: kinds and ids only, so that nothing secret leaves and no label grows without bound.

Weighed: (a) an endpoint of our own: a second door to open, guard and scrape; (b) the server's own registry, which Jupyter
Server serves already: (b). For logs: (a) sentences, which hold what a learner wrote; (b) fields beside a fixed text: (b).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

EVENTS = Counter("sandbox_kernel_events", "What happened in the sandboxes of this server, by kind.", ["kind"])
SANDBOXES = Gauge("sandbox_kernel_sandboxes", "Sandboxes that this server runs now.")
RELOADS = Histogram(
    "sandbox_kernel_reload_seconds",
    "From an accepted edit to the live version, isolated compile and trial import included.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)

log = logging.getLogger("sandbox_kernel.events")


def watch(running: Callable[[], int]) -> None:
    """`running` counts the sandboxes whenever someone asks."""
    SANDBOXES.set_function(lambda: float(running()))


def note(told: dict[str, Any]) -> None:  # Any: JSON, an event as the server's bus hears it
    """Counts and logs one event."""
    kind = str(told["kind"])
    EVENTS.labels(kind).inc()
    duration_ms = told.get("details", {}).get("duration_ms")
    if kind == "Reloaded" and isinstance(duration_ms, int | float):
        RELOADS.observe(duration_ms / 1000)
    fields = {"sandbox": told["sandbox"], "kind": kind, "number": told.get("number", 0), "duration_ms": duration_ms}
    log.info("sandbox event", extra=fields)
