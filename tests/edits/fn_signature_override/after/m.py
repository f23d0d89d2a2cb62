def f(): 'doc2'
