class C:
    for k in ('a','b'):
        locals()[k] = k*2
    del k
