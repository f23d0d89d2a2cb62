from log import note
class C:
    a = note('a')
    b = note('b')
    def f(self):
        return 2
