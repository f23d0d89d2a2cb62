from .b import L
M=L+1
