import os

A = 1


def f():
    return A


class C:
    x = 1

    def go(self):
        return "old"
