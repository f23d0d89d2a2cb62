from a import K as K1
from b import K as K2
S=K1+K2
