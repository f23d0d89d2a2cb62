from m import C
c = C()
C.a = lambda self: 'patched'
