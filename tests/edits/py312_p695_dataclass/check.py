assert b.up()==('u',1) and b.y is None and m.B(1,[2]).y==[2] and m.B[int]
