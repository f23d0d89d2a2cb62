import asyncio
from m import a, g, ag
pending = a()
running = g()
assert next(running) == 1
