def h():
    return 'new'
