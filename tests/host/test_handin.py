from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from sandbox_kernel.errors import HandInRefused
from sandbox_kernel.host import handin


def test_a_regular_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "essay.txt").write_text("text")
    assert b"text" == handin.read(tmp_path, "sub/essay.txt")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../secret", "sub/../../secret", "essay\0.txt"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(HandInRefused, match="leads out"):
        handin.read(tmp_path, name)


def test_what_is_no_regular_file_of_its_own_is_refused(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (tmp_path / "secret").write_text("s")
    os.symlink(tmp_path / "secret", work / "symlink")
    os.symlink(tmp_path, work / "way_out")
    os.link(tmp_path / "secret", work / "hardlink")
    os.mkfifo(work / "fifo")
    (work / "directory").mkdir()
    (work / "large").write_bytes(bytes(101))
    reasons = {}
    for name in ("symlink", "way_out/secret", "hardlink", "fifo", "directory", "large", "missing"):
        with pytest.raises(HandInRefused) as caught:
            handin.read(work, name, most_bytes=100)
        reasons[name] = caught.value.reason.partition(" (")[0]
    assert {
        "symlink": "it is a link or cannot be opened",
        "way_out/secret": "it is a link or cannot be opened",
        "hardlink": "it has another name somewhere else; copy it instead of linking it",
        "fifo": "it is no regular file",
        "directory": "it is no regular file",
        "large": "it is larger than 100 bytes",
        "missing": "it does not exist",
    } == reasons


def test_archives_are_unpacked_in_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one.txt", "1")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        _add(tar, tarfile.TarInfo("one.txt"), b"1")
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    assert [("one.txt", b"1")] == list(handin.members(tmp_path, "a.zip"))
    assert [("one.txt", b"1")] == list(handin.members(tmp_path, "a.tar.gz"))


def _add(tar: tarfile.TarFile, entry: tarfile.TarInfo, content: bytes) -> None:
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))


def test_a_tar_archive_with_an_endless_header_is_refused_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin, "MOST_UNPACKED_BYTES", 1_000_000)
    header = tarfile.TarInfo("long")
    header.type, header.size = tarfile.XHDTYPE, 5_000_000
    (tmp_path / "header.tar.gz").write_bytes(gzip.compress(header.tobuf() + bytes(5_000_000)))
    with pytest.raises(HandInRefused, match="unpacks to more"):
        list(handin.members(tmp_path, "header.tar.gz"))


def test_archives_that_swell_lead_out_or_are_broken_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handin, "MOST_UNPACKED_BYTES", 1_000_000)
    with zipfile.ZipFile(tmp_path / "swells.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(2_000_000))
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(2001):
            archive.writestr(str(number), "")
    with tarfile.open(tmp_path / "out.tar", "w") as tar:
        _add(tar, tarfile.TarInfo("../evil"), b"1")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04nothing")
    messages = {
        "swells.zip": "unpacks to more",
        "many.zip": "more than 2,000|too long",
        "out.tar": "leads out",
        "broken.zip": "no sound",
    }
    for name, message in messages.items():
        with pytest.raises(HandInRefused, match=message):
            list(handin.members(tmp_path, name))
