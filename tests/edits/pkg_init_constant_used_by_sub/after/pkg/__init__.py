VERSION = 2
from . import sub
