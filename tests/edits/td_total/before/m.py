from typing import TypedDict
class T(TypedDict):
    a: int

def mk() -> T: return {'a': 1}
