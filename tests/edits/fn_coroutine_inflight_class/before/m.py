import asyncio
class C:
    async def a(self, ev):
        await ev.wait()
        return ('old', self.b())
    def b(self): return 'b1'
