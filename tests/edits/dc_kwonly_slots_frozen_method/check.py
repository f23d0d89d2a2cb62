from dataclasses import FrozenInstanceError, replace
assert p.norm()==('new',1) and p.double==2 and P.zero().x==0 and raises(FrozenInstanceError, setattr, p, 'x', 3) and replace(p, x=5)==m.P(x=5)
