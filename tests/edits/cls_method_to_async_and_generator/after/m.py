class C:
    async def a(self):
        return 10

    def b(self):
        return 20

    def c(self):
        yield 30
