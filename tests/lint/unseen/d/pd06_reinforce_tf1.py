"""REINFORCE on the cart pole with a Bernoulli policy."""
import gym
import numpy as np
import tensorflow as tf

H = 10
batch_size = 5
learning_rate = 1e-2
gamma = 0.99
D = 4

tf.reset_default_graph()
observations = tf.placeholder(tf.float32, [None, D], name="input_x")
W1 = tf.get_variable("W1", shape=[D, H], initializer=tf.contrib.layers.xavier_initializer())
layer1 = tf.nn.relu(tf.matmul(observations, W1))
W2 = tf.get_variable("W2", shape=[H, 1], initializer=tf.contrib.layers.xavier_initializer())
score = tf.matmul(layer1, W2)
probability = tf.nn.sigmoid(score)

tvars = tf.trainable_variables()
input_y = tf.placeholder(tf.float32, [None, 1], name="input_y")
advantages = tf.placeholder(tf.float32, name="reward_signal")
adam = tf.train.AdamOptimizer(learning_rate=learning_rate)
W1Grad = tf.placeholder(tf.float32, name="batch_grad1")
W2Grad = tf.placeholder(tf.float32, name="batch_grad2")
updateGrads = adam.apply_gradients(zip([W1Grad, W2Grad], tvars))

loglik = tf.log(input_y * (input_y - probability) + (1 - input_y) * (input_y + probability))  # SSM301
loss = -tf.reduce_mean(loglik * advantages)
newGrads = tf.gradients(loss, tvars)


def discount_rewards(r):
    discounted_r = np.zeros_like(r)
    running_add = 0
    for t in reversed(range(0, r.size)):
        running_add = running_add * gamma + r[t]
        discounted_r[t] = running_add
    return discounted_r


def standardize(r):
    r = r - np.mean(r)
    r /= np.std(r)  # SSM302
    return r


env = gym.make("CartPole-v0")
xs, drs, ys = [], [], []
running_reward, reward_sum, episode = None, 0, 1
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    observation = env.reset()
    gradBuffer = [np.zeros_like(g) for g in sess.run(tvars)]
    while episode <= 10000:
        x = np.reshape(observation, [1, D])
        tfprob = sess.run(probability, feed_dict={observations: x})
        action = 1 if np.random.uniform() < tfprob else 0
        xs.append(x)
        ys.append(1 - action)
        observation, reward, done, info = env.step(action)
        reward_sum += reward
        drs.append(reward)
        if done:
            episode += 1
            epr = standardize(discount_rewards(np.array(drs, dtype=np.float64)))
            tGrad = sess.run(newGrads, {observations: np.vstack(xs), input_y: np.vstack(ys),
                                        advantages: epr[:, None]})
            for i, g in enumerate(tGrad):
                gradBuffer[i] += g
            if episode % batch_size == 0:
                sess.run(updateGrads, {W1Grad: gradBuffer[0], W2Grad: gradBuffer[1]})
                gradBuffer = [g * 0 for g in gradBuffer]
                running_reward = reward_sum if running_reward is None else running_reward * 0.99 + reward_sum * 0.01
                print("Average reward %f. Total %f." % (reward_sum / batch_size, running_reward / batch_size))
                reward_sum = 0
            xs, drs, ys = [], [], []
            observation = env.reset()
# fixed
import gym
import numpy as np
import tensorflow as tf

H = 10
batch_size = 5
learning_rate = 1e-2
gamma = 0.99
D = 4

tf.reset_default_graph()
observations = tf.placeholder(tf.float32, [None, D], name="input_x")
W1 = tf.get_variable("W1", shape=[D, H], initializer=tf.contrib.layers.xavier_initializer())
layer1 = tf.nn.relu(tf.matmul(observations, W1))
W2 = tf.get_variable("W2", shape=[H, 1], initializer=tf.contrib.layers.xavier_initializer())
score = tf.matmul(layer1, W2)
probability = tf.nn.sigmoid(score)

tvars = tf.trainable_variables()
input_y = tf.placeholder(tf.float32, [None, 1], name="input_y")
advantages = tf.placeholder(tf.float32, name="reward_signal")
adam = tf.train.AdamOptimizer(learning_rate=learning_rate)
W1Grad = tf.placeholder(tf.float32, name="batch_grad1")
W2Grad = tf.placeholder(tf.float32, name="batch_grad2")
updateGrads = adam.apply_gradients(zip([W1Grad, W2Grad], tvars))

loglik = -tf.nn.sigmoid_cross_entropy_with_logits(labels=1 - input_y, logits=score)
loss = -tf.reduce_mean(loglik * advantages)
newGrads = tf.gradients(loss, tvars)


def discount_rewards(r):
    discounted_r = np.zeros_like(r)
    running_add = 0
    for t in reversed(range(0, r.size)):
        running_add = running_add * gamma + r[t]
        discounted_r[t] = running_add
    return discounted_r


def standardize(r):
    r = r - np.mean(r)
    spread = np.std(r)
    if spread > 0:
        r /= spread
    return r


env = gym.make("CartPole-v0")
xs, drs, ys = [], [], []
running_reward, reward_sum, episode = None, 0, 1
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    observation = env.reset()
    gradBuffer = [np.zeros_like(g) for g in sess.run(tvars)]
    while episode <= 10000:
        x = np.reshape(observation, [1, D])
        tfprob = sess.run(probability, feed_dict={observations: x})
        action = 1 if np.random.uniform() < tfprob else 0
        xs.append(x)
        ys.append(1 - action)
        observation, reward, done, info = env.step(action)
        reward_sum += reward
        drs.append(reward)
        if done:
            episode += 1
            epr = standardize(discount_rewards(np.array(drs, dtype=np.float64)))
            tGrad = sess.run(newGrads, {observations: np.vstack(xs), input_y: np.vstack(ys),
                                        advantages: epr[:, None]})
            for i, g in enumerate(tGrad):
                gradBuffer[i] += g
            if episode % batch_size == 0:
                sess.run(updateGrads, {W1Grad: gradBuffer[0], W2Grad: gradBuffer[1]})
                gradBuffer = [g * 0 for g in gradBuffer]
                running_reward = reward_sum if running_reward is None else running_reward * 0.99 + reward_sum * 0.01
                print("Average reward %f. Total %f." % (reward_sum / batch_size, running_reward / batch_size))
                reward_sum = 0
            xs, drs, ys = [], [], []
            observation = env.reset()
