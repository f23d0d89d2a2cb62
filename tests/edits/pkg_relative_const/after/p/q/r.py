from . import DOUBLE
from .. import conf
T=(DOUBLE, conf.SIZE)
