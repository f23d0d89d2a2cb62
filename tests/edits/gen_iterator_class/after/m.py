class Count:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 10
        if self.n > 30:
            raise StopIteration
        return self.n


class Pages:
    async def __aiter__(self):
        yield "new"
