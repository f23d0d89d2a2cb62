class Logged:
    def __init__(self, fn):
        self.fn = fn
        self.calls = 0

    def __get__(self, instance, owner):
        def call(*args):
            self.calls += 1
            return ("LOG", self.fn(instance, *args))
        return call


class C:
    @Logged
    def go(self, x):
        return -x
