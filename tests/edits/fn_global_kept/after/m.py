def init():
    global STATE
    STATE = ['b']
init()
