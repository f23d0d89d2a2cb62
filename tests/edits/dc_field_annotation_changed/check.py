assert m.P.__annotations__=={'x':float} and fields(m.P)[0].type is float and fields(p)[0].type is float
import inspect
assert inspect.signature(m.P).parameters['x'].annotation is float
