try:
    import no_such_thing_x as impl
except ImportError:
    impl = None
def f():
    return impl is None
