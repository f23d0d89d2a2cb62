from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from sandbox_kernel.errors import StartError
from sandbox_kernel.runtime.lock import DirectoryLock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="without advisory locks a second kernel is not noticed")


@pytest.mark.parametrize("left", ["fifo", "link"])
def test_what_is_no_lock_is_put_aside(left: str, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    os.mkfifo(path) if left == "fifo" else path.symlink_to("/nowhere")
    lock = DirectoryLock(path)
    lock.acquire()
    assert path.is_file()
    assert not path.is_symlink()
    with pytest.raises(StartError, match="is in use by another kernel"):
        DirectoryLock(path).acquire()
    lock.release()
