from functools import cached_property, singledispatchmethod


class P:
    @singledispatchmethod
    def show(self, x):
        return "any"

    @show.register
    def _(self, x: int):
        return "int"

    @cached_property
    def conf(self):
        return {"n": 1}
