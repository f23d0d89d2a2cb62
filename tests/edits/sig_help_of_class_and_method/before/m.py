class C:
    """old class doc"""

    def go(self, a, b=1):
        """old go"""

    @classmethod
    def make(cls, x):
        """old make"""

    @property
    def p(self):
        """old p"""
        return 1
