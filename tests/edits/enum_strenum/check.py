assert S.A is a and a == 'a' and S.B == 'bb' and S('bb') is S.B and raises(ValueError, S, 'b')
