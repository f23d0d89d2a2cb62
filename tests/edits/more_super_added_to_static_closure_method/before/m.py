class Base:
    def go(self):
        return ["base"]


def patch(fn):
    def wrapper(self):
        return fn(self) + ["w"]
    return wrapper


class C(Base):
    @patch
    def go(self):
        return ["c"]
