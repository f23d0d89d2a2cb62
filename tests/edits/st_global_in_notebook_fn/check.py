assert user()==20
