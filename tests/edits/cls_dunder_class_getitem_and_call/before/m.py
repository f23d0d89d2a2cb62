class Table:
    def __class_getitem__(cls, key):
        return ("old", key)

    def __call__(self, x):
        return ("old", x)
