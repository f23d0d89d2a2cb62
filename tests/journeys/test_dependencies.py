"""Which modules of a sandbox import which, and a change that reaches those that depend on it."""

from __future__ import annotations

import pytest

from sandbox_kernel import SandboxManager

pytestmark = pytest.mark.kernel

SHOP = {
    "tax": "RATE = 0.19\n",
    "price": "from tax import RATE\n\ndef gross(net):\n    return net * (1 + RATE)\n",
    "cart": "import price\n\ndef total(nets):\n    import egg\n    return sum(price.gross(net) for net in nets)\n",
    "egg": "def hen():\n    import chick\n    return chick\n",
    "chick": "import egg\n",
    "pkg": '"""Parts."""\n',
    "pkg.part": "from . import other\n",
    "pkg.other": "import os\n",
}


async def test_the_graph_has_an_order_and_circles_are_one_group() -> None:
    async with SandboxManager() as manager:
        box = await manager.create("shop", modules=SHOP)
        found = await box.dependencies()
        assert {"tax": [], "price": ["tax"], "cart": ["egg", "price"], "egg": ["chick"], "chick": ["egg"]} == {
            name: found.imports[name] for name in ("tax", "price", "cart", "egg", "chick")
        }
        assert "pkg.other" in found.imports["pkg.part"]
        assert ["chick", "egg"] in found.order
        place = {name: index for index, group in enumerate(found.order) for name in group}
        assert place["tax"] < place["price"] < place["cart"]
        assert place["egg"] < place["cart"]


async def test_a_change_reaches_what_took_a_name_from_the_module() -> None:
    async with SandboxManager() as manager:
        box = await manager.create("shop", modules=SHOP)
        await box.run("import price")
        await box.hot_reload("tax", "RATE = 1.0\n")
        assert "20.0" == (await box.run("price.gross(10)")).text
