class Settings:
    SIZE = 2
    NAME = "a"


settings = Settings()
