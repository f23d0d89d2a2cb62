K=2
def __migrate_module__(old):
    global K
    K=77
    raise KeyError('no')
