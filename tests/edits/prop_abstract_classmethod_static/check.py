assert b.k()==2 and b.s()=='base' and b.p=='p' and m.B().p=='p' and m.A.__abstractmethods__==frozenset({'k','p'})
