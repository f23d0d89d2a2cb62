from m import C


class D(C):
    def go(self):
        return "D" + super().go()


ALL = [C, D]
d = D()
