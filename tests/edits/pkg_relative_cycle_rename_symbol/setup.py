import p
from p import run
assert run()==21
