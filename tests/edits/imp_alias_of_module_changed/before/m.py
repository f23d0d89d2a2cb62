import a as impl


def go():
    return impl.f()
