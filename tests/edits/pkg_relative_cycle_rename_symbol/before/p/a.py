from . import b
def run(): return b.helper()+1
def base(): return 10
