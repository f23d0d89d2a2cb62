class Outer:
    class Middle:
        class Inner:
            k = 2
            j = k + 1

            def go(self):
                return ("new", self.k, self.j)

        class Added:
            pass

        def make(self):
            return self.Inner()
