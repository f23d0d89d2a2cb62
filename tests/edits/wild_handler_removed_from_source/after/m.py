from reg import handles


@handles("a")
def on_a():
    return "A"


@handles("c")
def on_c():
    return "c"
