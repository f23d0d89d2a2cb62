from a import *
Y = X * 2
