def shown(cls):
    class Shown(cls):
        def __repr__(self):
            return f"<{self.go()}>"
    return Shown


@shown
class C:
    k = 1
    gone = 5

    def go(self):
        return ("old", self.k)

    def drop(self):
        return 1
