MODE='a'
match MODE:
    case 'a': LIM=1
    case _: LIM=0
if (n:=LIM*2)>1: BIG=True
else: BIG=False
