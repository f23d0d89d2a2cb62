x=1
if __name__=='__main__':
    x=99
    raise SystemExit
