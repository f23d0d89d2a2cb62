from conf import LIMIT
DOUBLE = LIMIT * 2
LOG = []
