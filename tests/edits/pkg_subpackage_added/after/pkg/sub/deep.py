def g():
    return 'deep'
