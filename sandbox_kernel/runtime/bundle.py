"""The front end as it is delivered: a small loader in each widget, and the bundle once per page.

Weighed: (a) the whole bundle as each widget's `_esm`: five widgets cost 2.4 MB on the kernel's websocket; (b) a
JupyterLab extension only: Voila dies whole when a shared package of it is missing; (c) this: the loader imports the
bundle from the notebook's server, where the wheel puts it as shared data, and only when the server has none or another
build (a remote kernel, another environment) asks the kernel for it, packed.
"""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
LOADER = STATIC / "loader.js"
BUNDLE = STATIC / "widgets.js"


@cache
def loader() -> str:
    """The `_esm` of every widget."""
    return LOADER.read_text(encoding="utf-8")


@cache
def packed_bundle() -> bytes:
    """The bundle, gzipped; made at the first request and kept."""
    return gzip.compress(BUNDLE.read_bytes(), 9, mtime=0)
