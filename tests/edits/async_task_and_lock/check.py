lp.run_until_complete(put(2))
task.cancel()
lp.run_until_complete(asyncio.gather(task, return_exceptions=True))
lp.close()
assert out == [("old", 1), ("new", 2)]
assert m.LOCK is lock
