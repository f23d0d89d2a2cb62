assert a.L==110
