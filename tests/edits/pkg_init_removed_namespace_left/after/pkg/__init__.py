K = 2
from .a import f
