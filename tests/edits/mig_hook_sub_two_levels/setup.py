import a,b
xs=[a.B(),b.S(),b.T()]
calls=[]
a.B.calls=calls
