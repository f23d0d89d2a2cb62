from app import route
@route('/a')
def a():
    return 'old a'
@route('/b')
def b():
    return 'old b'
