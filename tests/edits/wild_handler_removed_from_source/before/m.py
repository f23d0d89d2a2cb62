from reg import handles


@handles("a")
def on_a():
    return "a"


@handles("b")
def on_b():
    return "b"
