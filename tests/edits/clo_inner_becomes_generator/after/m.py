def make(n):
    def inner():
        yield n
        yield n + 1

    async def later():
        return n * 100
    return inner, later
