import contextlib
try:
    class A:
        def go(self): return 2
except Exception: A=None
with contextlib.suppress(ValueError):
    class B(A):
        def go(self): return (super().go(), 'B2')
