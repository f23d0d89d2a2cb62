def init():
    global STATE
    STATE = ['a']
init()
