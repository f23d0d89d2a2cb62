class C:
    for k in ('a','c'):
        locals()[k] = k*3
    del k
