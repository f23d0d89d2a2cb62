def make(n):
    class Local:
        base = n

        def get(self):
            return ("old", n, self.base)
    return Local
