assert a.w==b.w=='w2' and not hasattr(b,'v') and a.__dict__=={'v':'v1','w':'w2'}
