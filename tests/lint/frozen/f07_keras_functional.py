"""A functional model whose output is a sigmoid, and a loss from logits."""
import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense

inputs = Input(shape=(32,))
hidden = Dense(64, activation="relu")(inputs)
outputs = Dense(1, activation="sigmoid")(hidden)
model = Model(inputs=inputs, outputs=outputs)
model.compile("adam", loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))  # SSM402

# fixed
import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense

inputs = Input(shape=(32,))
hidden = Dense(64, activation="relu")(inputs)
outputs = Dense(1)(hidden)
model = Model(inputs=inputs, outputs=outputs)
model.compile("adam", loss=tf.keras.losses.BinaryCrossentropy(from_logits=True))
