from .base import *
from .more import *
