assert str(a)=='I2' and str(x)=='x' and f'{x}'=='x', (str(a), str(x))
