class C:
    kind = "c"


C.limit = 2
C.names = ["a"]


def attached(self):
    return "new"


C.attached = attached
