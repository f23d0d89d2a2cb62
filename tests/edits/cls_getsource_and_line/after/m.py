# moved
# down
X = 1
class C:
    def extra(self):
        return 0
    def go(self):
        return 'new'

def f():
    return 1
