import sys
assert f()==('y',2) and p.f()==('y',2) and K==2 and 'p.x' not in sys.modules and not hasattr(p,'x') and p.sub.y.f is p.f
