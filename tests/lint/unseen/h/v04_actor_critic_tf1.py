"""An advantage actor-critic agent for any gym task with discrete actions, TensorFlow 1, with Boltzmann exploration over the preferences."""
import sys

import gym
import numpy as np
import tensorflow as tf

GAMMA = 0.95
ENTROPY_BETA = 0.01


class ActorCritic:
    def __init__(self, sess, n_features, n_actions, lr=0.001):
        self.sess = sess
        self.n_actions = n_actions
        self.s = tf.placeholder(tf.float32, [None, n_features], "state")
        self.a = tf.placeholder(tf.int32, [None], "act")
        self.v_target = tf.placeholder(tf.float32, [None, 1], "v_target")
        self.adv = tf.placeholder(tf.float32, [None, 1], "advantage")
        h = tf.layers.dense(self.s, 20, tf.nn.relu, name="h1")
        self.prefs = tf.layers.dense(h, n_actions, None, name="prefs")
        self.a_prob = tf.nn.softmax(self.prefs, name="acts_prob")
        self.v = tf.layers.dense(h, 1, None, name="v")

        one_hot = tf.one_hot(self.a, n_actions, dtype=tf.float32)
        log_prob = tf.reduce_sum(tf.log(self.a_prob) * one_hot, axis=1, keep_dims=True)  # SSM201
        entropy = -tf.reduce_sum(self.a_prob * tf.log(self.a_prob + 1e-5), axis=1, keep_dims=True)
        self.a_loss = tf.reduce_mean(-(log_prob * self.adv + ENTROPY_BETA * entropy))
        self.c_loss = tf.reduce_mean(tf.square(self.v_target - self.v))
        self.train_op = tf.train.AdamOptimizer(lr).minimize(self.a_loss + 0.5 * self.c_loss)

    def choose_action(self, s, tau):
        prefs = self.sess.run(self.prefs, {self.s: s[np.newaxis, :]})[0]
        weights = np.exp(prefs / tau)
        return np.random.choice(self.n_actions, p=weights / weights.sum())  # SSM101

    def learn(self, s, a, returns):
        v = self.sess.run(self.v, {self.s: s}).ravel()
        adv = returns - v
        adv -= adv.mean()
        adv /= adv.std()  # SSM302
        self.sess.run(self.train_op, {self.s: s, self.a: a, self.v_target: returns[:, None],
                                      self.adv: adv[:, None]})


def discount(rewards):
    out, running = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + GAMMA * running
        out[t] = running
    return out


if __name__ == "__main__":
    env = gym.make(sys.argv[1])
    with tf.Session() as sess:
        agent = ActorCritic(sess, env.observation_space.shape[0], env.action_space.n)
        sess.run(tf.global_variables_initializer())
        for episode in range(3000):
            tau = max(0.5, np.exp(-episode / 500.0))
            s, done, states, actions, rewards = env.reset(), False, [], [], []
            while not done:
                a = agent.choose_action(s, tau)
                s_, r, done, _ = env.step(a)
                states.append(s), actions.append(a), rewards.append(r)
                s = s_
            agent.learn(np.array(states), np.array(actions), discount(rewards))
# fixed
import sys

import gym
import numpy as np
import tensorflow as tf

GAMMA = 0.95
ENTROPY_BETA = 0.01


class ActorCritic:
    def __init__(self, sess, n_features, n_actions, lr=0.001):
        self.sess = sess
        self.n_actions = n_actions
        self.s = tf.placeholder(tf.float32, [None, n_features], "state")
        self.a = tf.placeholder(tf.int32, [None], "act")
        self.v_target = tf.placeholder(tf.float32, [None, 1], "v_target")
        self.adv = tf.placeholder(tf.float32, [None, 1], "advantage")
        h = tf.layers.dense(self.s, 20, tf.nn.relu, name="h1")
        self.prefs = tf.layers.dense(h, n_actions, None, name="prefs")
        self.a_prob = tf.nn.softmax(self.prefs, name="acts_prob")
        self.v = tf.layers.dense(h, 1, None, name="v")

        neg_log_prob = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.a, logits=self.prefs)
        entropy = -tf.reduce_sum(self.a_prob * tf.log(self.a_prob + 1e-5), axis=1, keep_dims=True)
        self.a_loss = tf.reduce_mean(neg_log_prob[:, None] * self.adv - ENTROPY_BETA * entropy)
        self.c_loss = tf.reduce_mean(tf.square(self.v_target - self.v))
        self.train_op = tf.train.AdamOptimizer(lr).minimize(self.a_loss + 0.5 * self.c_loss)

    def choose_action(self, s, tau):
        prefs = self.sess.run(self.prefs, {self.s: s[np.newaxis, :]})[0].astype(np.float64)
        weights = np.exp((prefs - prefs.max()) / tau)
        return np.random.choice(self.n_actions, p=weights / weights.sum())

    def learn(self, s, a, returns):
        v = self.sess.run(self.v, {self.s: s}).ravel()
        adv = returns - v
        adv -= adv.mean()
        adv /= adv.std() + 1e-8
        self.sess.run(self.train_op, {self.s: s, self.a: a, self.v_target: returns[:, None],
                                      self.adv: adv[:, None]})


def discount(rewards):
    out, running = np.zeros(len(rewards)), 0.0
    for t in reversed(range(len(rewards))):
        running = rewards[t] + GAMMA * running
        out[t] = running
    return out


if __name__ == "__main__":
    env = gym.make(sys.argv[1])
    with tf.Session() as sess:
        agent = ActorCritic(sess, env.observation_space.shape[0], env.action_space.n)
        sess.run(tf.global_variables_initializer())
        for episode in range(3000):
            tau = max(0.5, np.exp(-episode / 500.0))
            s, done, states, actions, rewards = env.reset(), False, [], [], []
            while not done:
                a = agent.choose_action(s, tau)
                s_, r, done, _ = env.step(a)
                states.append(s), actions.append(a), rewards.append(r)
                s = s_
            agent.learn(np.array(states), np.array(actions), discount(rewards))
