assert (b.x,b.z)==(3,4) and not hasattr(b,'y') and not hasattr(b,'f')
