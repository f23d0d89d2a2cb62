LOG = []


def helper(x):
    LOG.append(("new", x))


def work():
    yield "replaced"
