import asyncio
async def work(ev):
    await ev.wait()
    return helper()
def helper():
    return 'old'
