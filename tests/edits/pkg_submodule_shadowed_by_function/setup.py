import pkg
from pkg import run
assert callable(pkg.run)
