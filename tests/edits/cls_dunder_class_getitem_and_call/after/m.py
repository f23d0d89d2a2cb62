class Table:
    def __class_getitem__(cls, key):
        return ("new", key)

    def __call__(self, x):
        return ("new", x)

    def __getitem__(self, key):
        return key
