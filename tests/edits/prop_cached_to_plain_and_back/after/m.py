from functools import cached_property


class C:
    n = 0

    @property
    def v(self):
        return "plain"
