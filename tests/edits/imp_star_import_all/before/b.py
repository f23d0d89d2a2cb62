from a import *
z=x+1
