import pkg
from pkg import A, B, fa
