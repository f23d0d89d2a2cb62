import asyncio
import m
from m import opened, plain
entered = plain("a")
assert entered.__enter__() == ("old", "a")
async def use():
    async with opened("x") as x:
        return x
asyncio.run(use())
