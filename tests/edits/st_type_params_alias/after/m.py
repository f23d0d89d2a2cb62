from typing import Union, Optional, Callable
Num=Union[int,complex]
def f(x: Num) -> Optional[Num]: return x
