import asyncio
class W:
    async def step(self): return 'new'
    async def run(self,n,gate): return 'newrun'
