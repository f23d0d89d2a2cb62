def old():
    return 'old'
def keep():
    return 'keep'
