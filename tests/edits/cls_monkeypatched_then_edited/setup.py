import m
c=m.C()
m.C.b=lambda self:'patched'
