from typing import TypedDict
class T(TypedDict, total=False):
    a: int
    b: str

def mk() -> T: return {'a': 1, 'b': 'x'}
