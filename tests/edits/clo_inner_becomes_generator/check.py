assert list(inner()) == [3, 4]
assert asyncio.run(later()) == 300
