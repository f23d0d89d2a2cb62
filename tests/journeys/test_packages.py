"""Packages in a sandbox: made by edits, grown from modules, refused whole, there again after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox_kernel import BlockingManager, BlockingSandbox, CompileError

pytestmark = pytest.mark.kernel

SHOP = "count = 0\n\ndef name():\n    return 'shop'\n"


@pytest.fixture
def manager() -> Iterator[BlockingManager]:
    with BlockingManager() as manager:
        yield manager


def files(box: BlockingSandbox) -> list[str]:
    root = Path(box.info().directory)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.py"))


def test_a_package_and_its_parts_come_as_one_change(manager: BlockingManager) -> None:
    parts = {
        "shop": "from shop.cart import total\n",
        "shop.cart": "from . import tax\n\ndef total(net):\n    return net * tax.RATE\n",
    }
    box = manager.create("shop", modules={**parts, "shop.tax": "RATE = 2\n"})
    assert "20" == box.run("import shop; shop.total(10)").text
    assert ["shop/__init__.py", "shop/cart.py", "shop/tax.py"] == files(box)
    box.hot_reload("shop.tax", "RATE = 3\n")
    assert "30" == box.run("shop.total(10)").text
    box.restart()
    assert "30" == box.run("import shop; shop.total(10)").text


def test_a_part_without_a_package_lies_in_a_namespace(manager: BlockingManager) -> None:
    box = manager.create("shop", modules={"shop.tax": "RATE = 2\n"})
    assert "2" == box.run("import shop.tax; shop.tax.RATE").text
    assert ["shop/tax.py"] == files(box)


def test_a_module_with_live_state_becomes_a_package(manager: BlockingManager) -> None:
    box = manager.create("shop", modules={"shop": SHOP})
    box.run("import shop; before = shop; shop.count = 7; name = shop.name")
    box.hot_reload("shop.tax", "from shop import name\n\nRATE = 2\n")
    assert "(True, 7, 'shop', 2)" == box.run("import shop.tax; before is shop, shop.count, name(), shop.tax.RATE").text
    assert ["shop/__init__.py", "shop/tax.py"] == files(box)
    box.hot_reload("shop", SHOP.replace("'shop'", "'store'"))
    assert "(7, 'store')" == box.run("shop.count, name()").text
    assert [2, 1] == [version.number for version in box.history("shop").versions]
    box.restart()
    assert "('store', 2)" == box.run("import shop.tax; shop.name(), shop.tax.RATE").text


@pytest.mark.parametrize("broken", ["import no_such_module_x\n", "1 / 0\n", "def f(:\n"])
def test_a_refused_part_leaves_the_module_what_it_was(manager: BlockingManager, broken: str) -> None:
    box = manager.create("shop", modules={"shop": SHOP})
    box.run("import shop; shop.count = 7")
    with pytest.raises(CompileError):
        box.hot_reload("shop.tax", broken)
    assert "(7, False)" == box.run("shop.count, hasattr(shop, '__path__')").text
    assert (["shop.py"], ["shop.py"]) == (files(box), [path.name for path in Path(box.info().directory).glob("shop*")])


def test_a_part_that_fails_only_in_the_live_kernel_is_taken_back_with_its_package(manager: BlockingManager) -> None:
    box = manager.create("shop", modules={"shop": SHOP})
    box.run("import shop, builtins; shop.count = 7; builtins.LIVE = True")
    broken = "import builtins\n\nif getattr(builtins, 'LIVE', False):\n    raise RuntimeError('only here')\n"
    with pytest.raises(Exception, match="only here"):
        box.hot_reload("shop.tax", broken)
    assert "(7, False)" == box.run("shop.count, hasattr(shop, '__path__')").text
    assert ["shop.py"] == files(box)
