try:
    import nonexistent_module_xyz as fast
except ImportError:
    fast = None

    def compute(x, scale=2):
        return ("py", x * scale)
else:
    def compute(x):
        return ("c", x)


def user(x):
    return compute(x)
