import conf
from conf import Settings, settings

GRID = [0] * Settings.SIZE
LABEL = f"{conf.Settings.NAME}!"
FROM_INSTANCE = settings.SIZE + 1
STATE = []


def f(n=Settings.SIZE):
    return n
