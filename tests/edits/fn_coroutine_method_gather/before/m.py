import asyncio
class W:
    async def step(self): return 'old'
    async def run(self,n,gate):
        out=[]
        for i in range(n):
            await gate.wait()
            out.append(await self.step())
        return out
