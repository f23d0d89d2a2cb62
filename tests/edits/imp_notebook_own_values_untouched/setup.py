import m
from m import LIMIT, NAMES
mine = m.LIMIT
also = m.TABLE
copy = LIMIT
LIMIT_LIST = [LIMIT]
