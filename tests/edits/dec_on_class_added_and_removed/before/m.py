def mark(cls):
    cls.marked = True
    return cls


class A:
    pass


@mark
class B:
    pass
