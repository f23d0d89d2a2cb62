def __getattr__(n):
    if n=='lazy2': return 'L2'
    raise AttributeError(n)
def __dir__(): return ['lazy2']
