LOG = []


def helper():
    return "h1"


def user():
    return helper() + "!"


LOG.append(user())
