STATE = None
def init():
    global STATE
    STATE = ['b']
