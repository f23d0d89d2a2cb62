class C:
    def a(self):
        return 1

    async def b(self):
        return 2

    def c(self):
        return [3]
