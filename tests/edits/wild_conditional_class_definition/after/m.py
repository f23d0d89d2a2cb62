FLAG = False

if FLAG:
    class Impl:
        def go(self):
            return "fast"
else:
    class Impl:
        def go(self):
            return "slow"

        def more(self):
            return 1


def make():
    return Impl()
