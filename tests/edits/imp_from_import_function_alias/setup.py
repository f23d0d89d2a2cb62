import a,b
from b import h
