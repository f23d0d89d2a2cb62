V='b'
