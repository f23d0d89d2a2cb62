import user, conf
from conf import LIMIT
user.LOG.append(1)
