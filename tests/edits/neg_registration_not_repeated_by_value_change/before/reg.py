ROUTES = []


def route(path):
    def deco(fn):
        ROUTES.append((path, fn))
        return fn
    return deco
