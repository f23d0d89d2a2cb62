try:
    import json as impl
except ImportError:
    impl = None
def f():
    return impl is None
