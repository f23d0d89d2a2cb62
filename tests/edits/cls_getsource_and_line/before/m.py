X = 1
class C:
    def go(self):
        return 'old'

def f():
    return 1
