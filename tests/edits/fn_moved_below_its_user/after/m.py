LOG = []


def user():
    return helper() + "?"


def helper():
    return "h2"


LOG.append(user())
