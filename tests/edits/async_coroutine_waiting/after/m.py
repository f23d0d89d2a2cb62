import asyncio
async def work(ev):
    await ev.wait()
    return ('w2', helper())
def helper():
    return 'new'
