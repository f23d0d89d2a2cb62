class Outer:
    class Middle:
        class Inner:
            k = 1

            def go(self):
                return ("old", self.k)

        def make(self):
            return self.Inner()
