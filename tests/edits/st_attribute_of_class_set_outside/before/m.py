class C:
    pass


C.limit = 1
C.names = ["a"]


def attached(self):
    return "old"


C.attached = attached
