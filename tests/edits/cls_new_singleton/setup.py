from m import Single
s = Single()
