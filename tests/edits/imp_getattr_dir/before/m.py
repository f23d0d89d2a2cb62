def __getattr__(n):
    if n=='lazy': return 'L1'
    raise AttributeError(n)
