def a(x):
    def b(y):
        extra = "e"

        def c(z):
            return [x, y, z]
        return c
    return b


compose = lambda f: lambda g: lambda x: f(g(x)) * 100
