assert c.X == [2] and c.Y == [2, 0] and c.Z is z
