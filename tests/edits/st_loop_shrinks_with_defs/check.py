assert m.a()=='a' and m.last=='a'
