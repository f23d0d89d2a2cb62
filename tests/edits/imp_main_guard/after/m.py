x=2
if __name__=='__main__':
    x=100
    raise SystemExit(2)
