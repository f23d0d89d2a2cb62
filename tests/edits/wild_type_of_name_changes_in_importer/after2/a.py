class value:
    x = 1

    def __call__(self):
        return 5


LIMIT = [1]
