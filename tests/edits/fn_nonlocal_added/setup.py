import m
i,p=m.mk(); p(5)
