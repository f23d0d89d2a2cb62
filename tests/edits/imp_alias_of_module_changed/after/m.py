import b as impl


def go():
    return impl.f()
