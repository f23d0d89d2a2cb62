assert f.__doc__=='doc2' and not hasattr(f,'tag')
