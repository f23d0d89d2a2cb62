from collections.abc import Iterable, Sized
from m import Bag, Strict
b, s = Bag(), Strict()
assert not isinstance(b, Sized) and not isinstance(b, Iterable) and isinstance(s, Sized)
