import asyncio
log=[]
def note(x): log.append(('v1',x))
async def ag():
    try:
        yield 1
        yield 2
    finally: note('fin')
