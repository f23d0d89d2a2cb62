assert not hasattr(m,'K') and not hasattr(m,'f') and f()=='f' and mine==1
