import u
c=u.mk()
