def shown(cls):
    class Shown(cls):
        def __repr__(self):
            return f"<<{self.go()}>>"
    return Shown


@shown
class C:
    k = 2

    def go(self):
        return ("new", self.k)

    def more(self):
        return "more"
