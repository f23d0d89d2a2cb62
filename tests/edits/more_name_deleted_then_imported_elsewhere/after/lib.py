def shared():
    return "lib"
