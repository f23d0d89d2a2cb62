class C:
    a = 10
    b = a + 1
    c = b + 1
    state = []

    def go(self, d=c):
        return d
