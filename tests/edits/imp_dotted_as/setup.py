import u
import p.q as x
