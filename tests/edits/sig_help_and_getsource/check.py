assert 'f(a, b=2)' in pydoc.render_doc(f, renderer=pydoc.plaintext) and 'new doc' in pydoc.render_doc(f, renderer=pydoc.plaintext)
assert inspect.getsource(f) == "def f(a, b=2):\n    '''new doc'''\n    return a\n"
