assert not hasattr(p,'b') and 'p.b' not in sys.modules and p.a.x==1
