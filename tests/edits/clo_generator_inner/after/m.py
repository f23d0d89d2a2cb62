def make(k):
    def gen():
        for i in range(3):
            yield i + k
    return gen
