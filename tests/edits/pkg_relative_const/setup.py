import p.q.r as r, p
