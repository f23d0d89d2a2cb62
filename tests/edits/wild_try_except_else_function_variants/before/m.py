try:
    import nonexistent_module_xyz as fast
except ImportError:
    fast = None

    def compute(x):
        return ("py", x)
else:
    def compute(x):
        return ("c", x)


def user(x):
    return compute(x)
