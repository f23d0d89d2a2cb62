MODE = 'a'
match MODE:
    case 'a':
        R = 1
    case _:
        R = 2
