"""Policy gradient for MountainCar with discounted returns, TensorFlow 1."""
import gym
import numpy as np
import tensorflow as tf

GAMMA, LR_A, MAX_EPISODE = 0.9, 0.001, 3000


def discount(rewards):
    out = np.zeros(len(rewards), dtype=np.float64)
    running = 0.0
    for t in reversed(range(len(rewards))):
        running = running * GAMMA + rewards[t]
        out[t] = running
    out -= np.mean(out)
    out /= np.std(out)  # SSM302
    return out


class Actor(object):
    def __init__(self, sess, n_features, n_actions, lr=0.001):
        self.sess = sess
        self.s = tf.placeholder(tf.float32, [None, n_features], "state")
        self.a = tf.placeholder(tf.int32, [None], "act")
        self.td_error = tf.placeholder(tf.float32, [None], "td_error")

        with tf.variable_scope("Actor"):
            l1 = tf.layers.dense(inputs=self.s, units=20, activation=tf.nn.relu, name="l1")
            self.acts_prob = tf.layers.dense(inputs=l1, units=n_actions, activation=tf.nn.softmax, name="acts_prob")

        with tf.variable_scope("exp_v"):
            picked = tf.reduce_sum(self.acts_prob * tf.one_hot(self.a, n_actions), axis=1)
            log_prob = tf.log(picked)  # SSM201
            self.exp_v = tf.reduce_mean(log_prob * self.td_error)

        with tf.variable_scope("train"):
            self.train_op = tf.train.AdamOptimizer(lr).minimize(-self.exp_v)

    def learn(self, s, a, td):
        feed_dict = {self.s: s, self.a: a, self.td_error: td}
        _, exp_v = self.sess.run([self.train_op, self.exp_v], feed_dict)
        return exp_v

    def choose_action(self, s):
        probs = self.sess.run(self.acts_prob, {self.s: s[np.newaxis, :]})
        return np.random.choice(np.arange(probs.shape[1]), p=probs.ravel())


def run():
    env = gym.make("MountainCar-v0")
    sess = tf.Session()
    actor = Actor(sess, env.observation_space.shape[0], env.action_space.n, LR_A)
    sess.run(tf.global_variables_initializer())
    for i_episode in range(MAX_EPISODE):
        s, done, states, actions, rewards = env.reset(), False, [], [], []
        while not done:
            a = actor.choose_action(s)
            s_, r, done, _ = env.step(a)
            states.append(s), actions.append(a), rewards.append(float(r > 0))
            s = s_
        actor.learn(np.vstack(states), np.array(actions), discount(rewards))
        print("episode:", i_episode, "mean reward:", sum(rewards) / max(len(rewards), 1))


if __name__ == "__main__":
    run()
# fixed
import gym
import numpy as np
import tensorflow as tf

GAMMA, LR_A, MAX_EPISODE = 0.9, 0.001, 3000


def discount(rewards):
    out = np.zeros(len(rewards), dtype=np.float64)
    running = 0.0
    for t in reversed(range(len(rewards))):
        running = running * GAMMA + rewards[t]
        out[t] = running
    out -= np.mean(out)
    out /= np.std(out) + 1e-8
    return out


class Actor(object):
    def __init__(self, sess, n_features, n_actions, lr=0.001):
        self.sess = sess
        self.s = tf.placeholder(tf.float32, [None, n_features], "state")
        self.a = tf.placeholder(tf.int32, [None], "act")
        self.td_error = tf.placeholder(tf.float32, [None], "td_error")

        with tf.variable_scope("Actor"):
            l1 = tf.layers.dense(inputs=self.s, units=20, activation=tf.nn.relu, name="l1")
            self.logits = tf.layers.dense(inputs=l1, units=n_actions, activation=None, name="logits")
            self.acts_prob = tf.nn.softmax(self.logits, name="acts_prob")

        with tf.variable_scope("exp_v"):
            log_prob = -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.a, logits=self.logits)
            self.exp_v = tf.reduce_mean(log_prob * self.td_error)

        with tf.variable_scope("train"):
            self.train_op = tf.train.AdamOptimizer(lr).minimize(-self.exp_v)

    def learn(self, s, a, td):
        feed_dict = {self.s: s, self.a: a, self.td_error: td}
        _, exp_v = self.sess.run([self.train_op, self.exp_v], feed_dict)
        return exp_v

    def choose_action(self, s):
        probs = self.sess.run(self.acts_prob, {self.s: s[np.newaxis, :]})
        return np.random.choice(np.arange(probs.shape[1]), p=probs.ravel())


def run():
    env = gym.make("MountainCar-v0")
    sess = tf.Session()
    actor = Actor(sess, env.observation_space.shape[0], env.action_space.n, LR_A)
    sess.run(tf.global_variables_initializer())
    for i_episode in range(MAX_EPISODE):
        s, done, states, actions, rewards = env.reset(), False, [], [], []
        while not done:
            a = actor.choose_action(s)
            s_, r, done, _ = env.step(a)
            states.append(s), actions.append(a), rewards.append(float(r > 0))
            s = s_
        actor.learn(np.vstack(states), np.array(actions), discount(rewards))
        print("episode:", i_episode, "mean reward:", sum(rewards) / max(len(rewards), 1))


if __name__ == "__main__":
    run()
