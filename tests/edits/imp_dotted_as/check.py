assert u.L==10 and x.f()==10
