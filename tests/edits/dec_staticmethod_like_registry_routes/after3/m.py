from app import route
@route('/a')
def a():
    return 'new a'
@route('/bb')
def b():
    return 'old b'
@route('/c')
def c():
    return 'c'
