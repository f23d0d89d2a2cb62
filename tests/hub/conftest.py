from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("sqlalchemy") else ["test_*.py"]  # the extra `classroom` is not installed
