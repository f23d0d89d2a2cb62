def mark(cls):
    cls.marked = True
    return cls


@mark
class A:
    pass


class B:
    pass
