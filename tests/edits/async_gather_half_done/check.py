gate.set()
assert loop.run_until_complete(task) in ([("new", 0), ("new", 1)], [["child", ("new", 0)], ["child", ("new", 1)]])
gate2 = asyncio.Event(); gate2.set()
assert loop.run_until_complete(m.parent(gate2)) == [["child", ("new", n)] for n in range(3)]
loop.close()
