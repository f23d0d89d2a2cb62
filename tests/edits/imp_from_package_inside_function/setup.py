import pkg.a, pkg.b
from pkg.a import f
assert f() == (1, 1)
