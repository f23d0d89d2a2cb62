def sub(tag):
    yield ("old", tag)


def outer():
    yield from sub("a")
    yield from sub("b")
