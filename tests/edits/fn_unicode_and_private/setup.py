import m
å=m.Å(); h=å.π
