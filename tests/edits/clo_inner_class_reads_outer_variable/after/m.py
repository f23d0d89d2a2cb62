def make(n):
    class Local:
        base = n
        double = n * 2
        fixed = 7

        def get(self):
            return ("new", n, self.base)

        def more(self):
            return self.fixed
    return Local
