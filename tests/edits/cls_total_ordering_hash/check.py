assert a>b and not a<b and b<=a
