def make(n):
    def inner():
        return [n]

    async def later():
        return n
    return inner, later
