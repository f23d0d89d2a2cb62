import m,functools
calls=[]
orig=m.f
@functools.wraps(orig)
def spy():
    calls.append(1)
    return orig()
m.f=spy
