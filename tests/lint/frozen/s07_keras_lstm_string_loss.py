"""A binary classifier without a sigmoid, and a loss by name."""
from keras.layers import LSTM, Dense, Embedding
from keras.models import Sequential


def build():
    model = Sequential([Embedding(10000, 32), LSTM(32), Dense(1)])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])  # SSM403
    return model


# fixed
from keras.layers import LSTM, Dense, Embedding
from keras.models import Sequential


def build():
    model = Sequential([Embedding(10000, 32), LSTM(32), Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model
