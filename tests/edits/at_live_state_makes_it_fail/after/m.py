STATE = []
def f():
    return 'new'
X = 2
STATE.append('half')
if len(STATE) > 1:
    raise RuntimeError('only live')
