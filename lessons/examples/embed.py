"""Ten lines: create, reload with state kept, roll back, and a crash that stays inside.

    python embed.py
"""

from sandbox_kernel import SandboxManager

with SandboxManager.sync() as manager:
    box = manager.create("till", modules={"till": "count = 0\n\ndef price():\n    return 1\n"})
    box.run("import till; till.count = 7")
    box.hot_reload("till", "count = 0\n\ndef price():\n    return 2\n")
    assert box.run("till.count, till.price()").text == "(7, 2)"
    box.rollback("till", 1)
    assert box.run("till.count, till.price()").text == "(7, 1)"
    print(box.run("import os; os._exit(1)").error)  # the sandbox is gone, this program is not
    box.restart()
    print("back again:", box.run("import till; till.price()").text)
