assert (b.Z,a.Y)==(20,21)
