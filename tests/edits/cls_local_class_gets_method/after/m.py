def make():
    class Local:
        k = 5

        def a(self):
            return "new"

        def b(self):
            return ("added", self.k)
    return Local


L1 = make()
