from . import conf
from .conf import SIZE

DOUBLE = conf.SIZE * 2
