import inspect
from m import f
