import asyncio

LOCK = asyncio.Lock()


async def step(x):
    return ("old", x)


async def loop(inbox, out):
    while True:
        item = await inbox.get()
        async with LOCK:
            out.append(await step(item))
        inbox.task_done()
