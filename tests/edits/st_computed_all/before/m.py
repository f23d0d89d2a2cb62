import types as _t
def a(): pass
__all__=[n for n,v in list(globals().items()) if isinstance(v,_t.FunctionType)]
