from m import P
p = P(1); p.bump(); p.tags.append(1)
