from m import MyList, MyInt
x = MyList([1, 2]); i = MyInt(3)
