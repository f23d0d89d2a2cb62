class C:
    def f(self):
        return 1
    g = f
