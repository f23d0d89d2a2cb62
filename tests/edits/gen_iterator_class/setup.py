import asyncio
import m
it = iter(m.Count())
assert next(it) == 1
