import a
def g():
    return 'v1'
