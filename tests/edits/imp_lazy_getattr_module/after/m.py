def __getattr__(name):
    if name == 'lazy':
        return 'new'
    raise AttributeError(name)
def __dir__():
    return ['lazy']
