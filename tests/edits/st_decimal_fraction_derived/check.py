assert m.tax(10)==2 and m.T.seconds==20
