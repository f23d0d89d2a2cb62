FLAG = True

if FLAG:
    class Impl:
        def go(self):
            return "fast"
else:
    class Impl:
        def go(self):
            return "slow"


def make():
    return Impl()
