"""Room for hundreds of sandboxes in one host process: descriptors and ZMQ sockets. Called when a manager opens."""

from __future__ import annotations

import sys

import zmq
import zmq.asyncio

if sys.platform != "win32":
    import resource

MOST = 1 << 14  # a sandbox needs 16 descriptors and 6 sockets here


def make_room() -> zmq.asyncio.Context:
    """A context for them; the soft limit of descriptors of this process is raised as far as it may."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST if hard == resource.RLIM_INFINITY else min(hard, MOST)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    context = zmq.asyncio.Context()
    context.set(zmq.MAX_SOCKETS, MOST)
    return context
