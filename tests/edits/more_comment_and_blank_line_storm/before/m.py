X = []
def f():
    return 1
class C:
    y = []
    def go(self):
        return 2
