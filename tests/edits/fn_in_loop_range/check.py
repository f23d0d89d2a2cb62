assert sorted(m.ops)==[1,3] and m.ops[3](1)==4
