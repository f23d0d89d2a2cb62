import a
a.LOG.append('side effect')
def g():
    return 'v2'
raise RuntimeError('b')
