assert m.a() == 'b' and m.b() == 'a' and a() == 'b' and b() == 'a'
