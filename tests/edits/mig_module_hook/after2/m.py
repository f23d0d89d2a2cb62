USERS = {}
VERSION = 2
def __migrate_module__(old):
    USERS.update({u: old['VERSION'] for u in old['USERS']})
EXTRA = 1
def __migrate_module__(old):
    assert old['USERS'] is USERS
    global CALLS
    CALLS = 1
