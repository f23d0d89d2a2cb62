COUNT=0
def hit():
    global COUNT
    COUNT+=1
