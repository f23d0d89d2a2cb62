assert a.__version__=='2' and b.BANNER=='v2' and __version__=='2' and b.__version__=='2' and b.AUTH=='y'
