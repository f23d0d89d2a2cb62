from typing import override
class A:
    def go(self): return 1
class B(A):
    @override
    def go(self): return 2
