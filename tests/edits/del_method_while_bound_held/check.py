assert not hasattr(c,'a') and h()=='a' and c.b()=='b2'
