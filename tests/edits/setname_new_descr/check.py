assert c.b==('b','C') and not hasattr(c,'a') and c.a2==c.z==('a2','C'), (c.z,c.a2)
