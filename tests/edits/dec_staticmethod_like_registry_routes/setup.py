import app, m
