USERS = {}
VERSION = 2
def __migrate_module__(old):
    USERS.update({u: old['VERSION'] for u in old['USERS']})
