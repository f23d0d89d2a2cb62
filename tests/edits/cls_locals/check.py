assert c.a=='aaa' and c.c=='ccc' and not hasattr(c,'k')
