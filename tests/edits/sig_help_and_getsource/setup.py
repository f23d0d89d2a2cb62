import inspect, pydoc
from m import f
