"""Names, files and the import hook of a sandbox's modules."""

from __future__ import annotations

import importlib
import inspect
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel.errors import CompileError, ModuleNotFound
from sandbox_kernel.runtime.modules import ModuleDirectory, SandboxFinder, check_name


@pytest.fixture
def directory(tmp_path: Path) -> ModuleDirectory:
    return ModuleDirectory(tmp_path)


@pytest.fixture
def clean_modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("7up", "cannot be a module's name"),
        ("a-b", "cannot be a module's name"),
        ("", "cannot be a module's name"),
        ("shop..cart", "cannot be a module's name"),
        ("shop.class", "'class' is a word of Python itself"),
        ("json", "would hide Python's own module 'json'"),
        ("sandbox_kernel", "would hide Python's own module"),
    ],
)
def test_bad_names_get_one_sentence(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check_name(name)


def test_a_package_has_its_source_in_init(directory: ModuleDirectory) -> None:
    directory.write("shop.cart", "x = 1\n")
    assert directory.root / "shop" / "cart.py" == directory.path_of("shop.cart")
    assert directory.root / "shop" / "__init__.py" == directory.path_of("shop")
    directory.write("shop", "y = 2\n")
    assert ["shop", "shop.cart"] == directory.names()


def test_writing_replaces_at_once_and_keeps_the_text_exactly(directory: ModuleDirectory) -> None:
    text = "s = 'é'\r\nt = 1"
    directory.write("till", text)
    assert text.encode() == directory.path_of("till").read_bytes()
    assert ["till.py"] == [path.name for path in directory.root.iterdir()]


def test_unreadable_and_missing_files_get_one_sentence(directory: ModuleDirectory) -> None:
    (directory.root / "bad.py").write_bytes(b"x = '\xff'\n")
    with pytest.raises(CompileError, match="not readable text"):
        directory.read("bad")
    with pytest.raises(ModuleNotFound, match="no module 'none'; it has bad"):
        directory.read("none")


def test_a_file_of_five_megabytes_is_refused_before_it_is_read(directory: ModuleDirectory) -> None:
    (directory.root / "big.py").write_text("x = 1\n" * 900_000)
    with pytest.raises(CompileError, match=r"'big' has 5\.4 MB; a module may have 1 MB"):
        directory.read("big")


@pytest.mark.usefixtures("clean_modules")
def test_imports_get_the_live_version_not_the_saved_file(directory: ModuleDirectory) -> None:
    directory.write("till_live", "def rate():\n    return 'half finis")
    live = "def rate():\n    return 19\n"
    loaded: list[tuple[types.ModuleType, str]] = []
    finder = SandboxFinder(directory, lambda: {"till_live": live}, lambda module, text: loaded.append((module, text)))
    finder.install()
    try:
        module = importlib.import_module("till_live")
        assert 19 == module.rate()
        assert [(module, live)] == loaded
        assert str(directory.path_of("till_live")) == module.__file__
        assert live == inspect.getsource(module)
    finally:
        finder.uninstall()
    assert str(directory.root) not in sys.path


@pytest.mark.usefixtures("clean_modules")
def test_staged_sources_go_before_live_ones(directory: ModuleDirectory) -> None:
    finder = SandboxFinder(directory, lambda: {"till_staged": "x = 1"}, lambda module, text: None)
    finder.install()
    try:
        with finder.staged({"till_staged": "x = 2"}):
            assert 2 == importlib.import_module("till_staged").x
        assert "x = 1" == finder.source_of("till_staged")
    finally:
        finder.uninstall()


@pytest.mark.usefixtures("clean_modules")
def test_packages_and_their_submodules_import(directory: ModuleDirectory) -> None:
    directory.write("bazaar.cart", "from . import rate\n")
    sources = {"bazaar": "rate = 7\n", "bazaar.cart": "from . import rate\n"}
    finder = SandboxFinder(directory, lambda: sources, lambda module, text: None)
    finder.install()
    try:
        directory.write("bazaar", sources["bazaar"])
        assert 7 == importlib.import_module("bazaar.cart").rate
    finally:
        finder.uninstall()
