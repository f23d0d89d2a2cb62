LOG = []
def note(x):
    LOG.append(x)
    return x
