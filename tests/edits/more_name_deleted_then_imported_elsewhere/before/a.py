def shared():
    return "a"


def only_a():
    return shared()
