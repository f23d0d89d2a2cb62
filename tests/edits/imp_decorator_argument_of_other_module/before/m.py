import conf


def tag(label):
    def deco(fn):
        def wrapper():
            return (label, fn())
        return wrapper
    return deco


@tag(conf.LABEL)
def f():
    return 1
