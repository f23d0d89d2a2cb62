class tools:
    @staticmethod
    def f():
        return "class"
