from typing import Union, Optional, Callable
Num=Union[int,float]
def f(x: Num) -> Optional[Num]: return x
