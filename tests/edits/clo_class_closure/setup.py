from m import make
k = make('t')()
