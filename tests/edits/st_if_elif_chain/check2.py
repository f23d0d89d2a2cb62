assert m.VAL is None and not hasattr(m,'EXTRA') and not hasattr(m,'f')
