class Outer:
    class A:
        k = 2
        def go(self):
            return self.k
    class B:
        def go(self):
            return 'B'
