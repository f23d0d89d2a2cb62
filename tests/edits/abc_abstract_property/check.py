assert m.B().p==7 and m.A().p==7
