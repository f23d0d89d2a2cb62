from log import note
class C:
    a = note('a')
    def f(self):
        return 1
