assert not hasattr(m,'lazy2') and 'x' in dir(m)
