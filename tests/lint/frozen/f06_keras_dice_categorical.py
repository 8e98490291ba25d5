"""A categorical loss of a segmentation network."""
import keras.backend as K


def categorical_loss(weights):
    weights = K.variable(weights)

    def loss(y_true, y_pred):
        y_pred /= K.sum(y_pred, axis=-1, keepdims=True)
        entropy = y_true * K.log(y_pred) * weights  # SSM401
        return -K.sum(entropy, -1)

    return loss


# fixed
import keras.backend as K


def categorical_loss(weights):
    weights = K.variable(weights)

    def loss(y_true, y_pred):
        y_pred /= K.sum(y_pred, axis=-1, keepdims=True)
        y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
        entropy = y_true * K.log(y_pred) * weights
        return -K.sum(entropy, -1)

    return loss
