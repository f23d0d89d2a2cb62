def sub(tag):
    yield ("new", tag)


def outer():
    yield from sub("a")
    yield from sub("c")
