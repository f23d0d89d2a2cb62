HANDLERS = {}


def handles(name):
    def deco(fn):
        HANDLERS[name] = fn
        return fn
    return deco
