import m,functools
from m import make
L=[make]; p=functools.partial(make,1)
