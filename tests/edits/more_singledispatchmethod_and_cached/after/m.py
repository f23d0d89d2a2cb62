from functools import cached_property, singledispatchmethod


class P:
    @singledispatchmethod
    def show(self, x):
        return "ANY"

    @show.register
    def _(self, x: int):
        return "INT"

    @show.register
    def _(self, x: str):
        return "STR"

    @cached_property
    def conf(self):
        return {"n": 2}
