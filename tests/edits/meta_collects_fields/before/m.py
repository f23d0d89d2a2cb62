from orm import Field, Model


class User(Model):
    name = Field("text")
