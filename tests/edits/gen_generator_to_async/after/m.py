async def g():
    yield 2
class C:
    async def it(self): yield 2
    def __aiter__(self): return self.it()
