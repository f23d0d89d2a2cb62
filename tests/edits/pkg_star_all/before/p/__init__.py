from .a import *
from .b import *
__all__=a.__all__+b.__all__
