from dataclasses import FrozenInstanceError
assert raises(FrozenInstanceError, setattr, p, 'x', 2) and hash(p) == hash(P(1))
