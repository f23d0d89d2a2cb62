from typing import Generic, TypeVar
T=TypeVar('T')
class A(Generic[T]):
    def go(self): return 2
