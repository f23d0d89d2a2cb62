from orm import Field, Model


class User(Model):
    name = Field("text")
    age = Field("int")

    def hello(self):
        return "hi"
