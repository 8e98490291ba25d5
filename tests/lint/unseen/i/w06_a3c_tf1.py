"""An advantage actor-critic worker with entropy bonus, in graph style."""
import gym
import numpy as np
import tensorflow as tf
import tensorflow.contrib.slim as slim

GAMMA, BETA = 0.99, 0.01


def discount(rewards, gamma, last):
    out = np.zeros(len(rewards), dtype=np.float32)
    running = last
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running
        out[t] = running
    return out


def explained_variance(predicted, target):
    spread = np.var(target)
    return np.nan if spread == 0 else 1 - np.var(target - predicted) / spread


class ACNetwork:
    def __init__(self, s_size, a_size, scope, lr=1e-3):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(tf.float32, [None, s_size])
            hidden = slim.fully_connected(self.inputs, 128, activation_fn=tf.nn.elu)
            self.policy = slim.fully_connected(hidden, a_size, activation_fn=tf.nn.softmax)
            self.value = tf.reshape(slim.fully_connected(hidden, 1, activation_fn=None), [-1])

            self.actions = tf.placeholder(tf.int32, [None])
            self.target_v = tf.placeholder(tf.float32, [None])
            self.advantages = tf.placeholder(tf.float32, [None])
            onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            responsible = tf.reduce_sum(self.policy * onehot, [1])

            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - self.value))
            self.entropy = -tf.reduce_sum(self.policy * tf.log(self.policy))  # SSM201
            self.policy_loss = -tf.reduce_sum(tf.log(responsible) * self.advantages)  # SSM201
            self.loss = 0.5 * self.value_loss + self.policy_loss - BETA * self.entropy

            variables = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            grads, _ = tf.clip_by_global_norm(tf.gradients(self.loss, variables), 40.0)
            self.apply = tf.train.RMSPropOptimizer(lr).apply_gradients(zip(grads, variables))


def train(net, sess, states, actions, rewards, values, bootstrap):
    returns = discount(rewards, GAMMA, bootstrap)
    adv = returns - np.asarray(values)
    adv = (adv - np.mean(adv)) / np.std(adv)  # SSM302
    feed = {net.inputs: np.vstack(states), net.actions: actions,
            net.target_v: returns, net.advantages: adv}
    loss, _ = sess.run([net.loss, net.apply], feed_dict=feed)
    return loss, explained_variance(np.asarray(values), returns)


def work(env_name="CartPole-v0", episodes=1000):
    env = gym.make(env_name)
    net = ACNetwork(env.observation_space.shape[0], env.action_space.n, "worker_0")
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for episode in range(episodes):
        s, done, buffer = env.reset(), False, []
        explore = 0.05 + 0.95 * np.exp(-episode / 200.0)
        while not done:
            pi, v = sess.run([net.policy, net.value], {net.inputs: [s]})
            a = env.action_space.sample() if np.random.rand() < explore else np.argmax(pi[0])
            s_next, r, done, _ = env.step(a)
            buffer.append((s, a, r, v[0]))
            s = s_next
        print(episode, train(net, sess, *zip(*buffer), bootstrap=0.0))
# fixed
import gym
import numpy as np
import tensorflow as tf
import tensorflow.contrib.slim as slim

GAMMA, BETA = 0.99, 0.01


def discount(rewards, gamma, last):
    out = np.zeros(len(rewards), dtype=np.float32)
    running = last
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running
        out[t] = running
    return out


def explained_variance(predicted, target):
    spread = np.var(target)
    return np.nan if spread == 0 else 1 - np.var(target - predicted) / spread


class ACNetwork:
    def __init__(self, s_size, a_size, scope, lr=1e-3):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(tf.float32, [None, s_size])
            hidden = slim.fully_connected(self.inputs, 128, activation_fn=tf.nn.elu)
            logits = slim.fully_connected(hidden, a_size, activation_fn=None)
            self.policy = tf.nn.softmax(logits)
            log_policy = tf.nn.log_softmax(logits)
            self.value = tf.reshape(slim.fully_connected(hidden, 1, activation_fn=None), [-1])

            self.actions = tf.placeholder(tf.int32, [None])
            self.target_v = tf.placeholder(tf.float32, [None])
            self.advantages = tf.placeholder(tf.float32, [None])
            onehot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            log_responsible = tf.reduce_sum(log_policy * onehot, [1])

            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - self.value))
            self.entropy = -tf.reduce_sum(self.policy * log_policy)
            self.policy_loss = -tf.reduce_sum(log_responsible * self.advantages)
            self.loss = 0.5 * self.value_loss + self.policy_loss - BETA * self.entropy

            variables = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            grads, _ = tf.clip_by_global_norm(tf.gradients(self.loss, variables), 40.0)
            self.apply = tf.train.RMSPropOptimizer(lr).apply_gradients(zip(grads, variables))


def train(net, sess, states, actions, rewards, values, bootstrap):
    returns = discount(rewards, GAMMA, bootstrap)
    adv = returns - np.asarray(values)
    adv = (adv - np.mean(adv)) / (np.std(adv) + 1e-8)
    feed = {net.inputs: np.vstack(states), net.actions: actions,
            net.target_v: returns, net.advantages: adv}
    loss, _ = sess.run([net.loss, net.apply], feed_dict=feed)
    return loss, explained_variance(np.asarray(values), returns)


def work(env_name="CartPole-v0", episodes=1000):
    env = gym.make(env_name)
    net = ACNetwork(env.observation_space.shape[0], env.action_space.n, "worker_0")
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    for episode in range(episodes):
        s, done, buffer = env.reset(), False, []
        explore = 0.05 + 0.95 * np.exp(-episode / 200.0)
        while not done:
            pi, v = sess.run([net.policy, net.value], {net.inputs: [s]})
            a = env.action_space.sample() if np.random.rand() < explore else np.argmax(pi[0])
            s_next, r, done, _ = env.step(a)
            buffer.append((s, a, r, v[0]))
            s = s_next
        print(episode, train(net, sess, *zip(*buffer), bootstrap=0.0))
