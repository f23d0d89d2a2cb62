from app import route
@route('/a')
def a():
    return 'new a'
@route('/b')
def b():
    return 'old b'
@route('/c')
def c():
    return 'c'
