import p.q as pq
import p.q
L=pq.K+p.q.K
