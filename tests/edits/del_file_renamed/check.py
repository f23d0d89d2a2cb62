assert f() == 'new' and not hasattr(m, 'old_name')
