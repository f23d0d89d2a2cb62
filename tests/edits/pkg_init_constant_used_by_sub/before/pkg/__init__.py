VERSION = 1
from . import sub
