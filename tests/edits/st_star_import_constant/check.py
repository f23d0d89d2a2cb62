assert b.X == 4 and b.Y == 8 and b.NEW == 'n' and b.f() == 4 and not hasattr(b, '_hidden')
