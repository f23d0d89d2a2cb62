import p,sys
