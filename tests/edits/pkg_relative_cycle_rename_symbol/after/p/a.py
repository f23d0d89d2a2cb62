from . import b
def run(): return b.helper2()+1
def base2(): return 100
