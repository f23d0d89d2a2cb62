from reg import on
@on('a')
def a(): return 'a1'
@on('b')
def b(): return 'b1'
