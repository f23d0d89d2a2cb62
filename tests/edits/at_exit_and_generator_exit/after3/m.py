def f():
    return "new"


class Quiet(BaseException):
    def __str__(self):
        raise ValueError


raise Quiet
