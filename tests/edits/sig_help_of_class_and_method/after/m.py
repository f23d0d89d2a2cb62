class C:
    """new class doc"""

    def go(self, a, *, b: int = 2) -> str:
        """new go"""

    @classmethod
    def make(cls, x, y=0):
        """new make"""

    @property
    def p(self) -> int:
        """new p"""
        return 1
