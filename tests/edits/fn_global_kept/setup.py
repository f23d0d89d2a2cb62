import m
s=m.STATE; s.append(1)
