assert u.t(x)=='B' and str(x)=='C1' and x.args==(1,)
