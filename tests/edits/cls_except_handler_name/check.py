assert 'INVALID' in m.f() and not hasattr(m,'err')
