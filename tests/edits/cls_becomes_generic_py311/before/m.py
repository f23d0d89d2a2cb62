from typing import Generic, TypeVar
T=TypeVar('T')
class A:
    def go(self): return 1
