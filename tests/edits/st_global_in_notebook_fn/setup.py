import m
from m import f, K
def user(): return f()+K
