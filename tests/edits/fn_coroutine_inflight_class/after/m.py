import asyncio
class C:
    def a(self, ev):
        return 'plain'
    def b(self): return 'b2'
