def h():
    return 'old'
