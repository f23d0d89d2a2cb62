# header


X = []  # kept


# about f
def f():
    # inside
    return 1


class C:
    # about y

    y = []

    def go(self):

        return 2
