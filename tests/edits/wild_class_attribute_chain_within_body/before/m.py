class C:
    a = 1
    b = a + 1
    c = b + 1
    state = []

    def go(self, d=c):
        return d
