import asyncio
log=[]
def note(x): log.append(('v2',x))
async def ag():
    yield 'n'
