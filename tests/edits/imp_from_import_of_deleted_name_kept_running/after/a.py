def keep():
    return 'keep2'
