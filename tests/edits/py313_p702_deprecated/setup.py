import m,warnings
warnings.simplefilter('ignore')
c=m.C(); f=m.f
