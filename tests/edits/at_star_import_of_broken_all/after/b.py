from a import *

y = x
