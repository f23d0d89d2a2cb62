from typing import override
class A:
    def go(self): return 1
    def new(self): return 0
class B(A):
    @override
    def go(self): return 22
    @override
    def new(self): return 5
