"""Advantage actor-critic with a shared trunk."""
import gym
import numpy as np
import tensorflow as tf

CFG = {"gamma": 0.99, "entropy": 0.01, "value": 0.5, "lr": 7e-4, "clip": 40.0, "hidden": 128, "n_steps": 32}


class AC_Network:
    def __init__(self, s_size, a_size, scope, trainer):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(tf.float32, [None, s_size])
            self.actions = tf.placeholder(tf.int32, [None])
            self.target_v = tf.placeholder(tf.float32, [None])
            self.advantages = tf.placeholder(tf.float32, [None])
            hidden = tf.layers.dense(self.inputs, CFG["hidden"], activation=tf.nn.elu)
            logits = tf.layers.dense(hidden, a_size)
            self.policy = tf.nn.softmax(logits)
            self.value = tf.squeeze(tf.layers.dense(hidden, 1), axis=1)

            one_hot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            responsible = tf.reduce_sum(self.policy * one_hot, [1])
            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - self.value))
            self.entropy = -tf.reduce_sum(self.policy * tf.log(self.policy))  # SSM201
            self.policy_loss = -tf.reduce_sum(tf.log(responsible) * self.advantages)  # SSM201
            self.loss = CFG["value"] * self.value_loss + self.policy_loss - self.entropy * CFG["entropy"]

            local_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            grads = tf.gradients(self.loss, local_vars)
            grads, self.grad_norm = tf.clip_by_global_norm(grads, CFG["clip"])
            self.apply = trainer.apply_gradients(zip(grads, local_vars))


def discount(rewards, bootstrap, gamma):
    out, running = np.zeros(len(rewards)), bootstrap
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running
        out[t] = running
    return out


def update(sess, net, states, actions, rewards, values, bootstrap):
    returns = discount(rewards, bootstrap, CFG["gamma"])
    adv = returns - np.asarray(values)
    adv = (adv - adv.mean()) / adv.std()  # SSM302
    feed = {net.inputs: np.vstack(states), net.actions: actions,
            net.target_v: returns, net.advantages: adv}
    loss, norm, _ = sess.run([net.loss, net.grad_norm, net.apply], feed)
    return loss / len(rewards), norm


def main(episodes=2000):
    env = gym.make("CartPole-v0")
    net = AC_Network(4, 2, "global", tf.train.AdamOptimizer(CFG["lr"]))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for episode in range(episodes):
            s, done, buf = env.reset(), False, []
            while not done:
                p, v = sess.run([net.policy, net.value], {net.inputs: [s]})
                a = np.random.choice(2, p=p[0])
                s1, r, done, _ = env.step(a)
                buf.append((s, a, r, v[0]))
                s = s1
                if done or len(buf) == CFG["n_steps"]:
                    boot = 0.0 if done else sess.run(net.value, {net.inputs: [s]})[0]
                    update(sess, net, *map(list, zip(*buf)), boot)
                    buf = []
# fixed
import gym
import numpy as np
import tensorflow as tf

CFG = {"gamma": 0.99, "entropy": 0.01, "value": 0.5, "lr": 7e-4, "clip": 40.0, "hidden": 128, "n_steps": 32}


class AC_Network:
    def __init__(self, s_size, a_size, scope, trainer):
        with tf.variable_scope(scope):
            self.inputs = tf.placeholder(tf.float32, [None, s_size])
            self.actions = tf.placeholder(tf.int32, [None])
            self.target_v = tf.placeholder(tf.float32, [None])
            self.advantages = tf.placeholder(tf.float32, [None])
            hidden = tf.layers.dense(self.inputs, CFG["hidden"], activation=tf.nn.elu)
            logits = tf.layers.dense(hidden, a_size)
            self.policy = tf.nn.softmax(logits)
            log_policy = tf.nn.log_softmax(logits)
            self.value = tf.squeeze(tf.layers.dense(hidden, 1), axis=1)

            one_hot = tf.one_hot(self.actions, a_size, dtype=tf.float32)
            log_taken = tf.reduce_sum(log_policy * one_hot, [1])
            self.value_loss = 0.5 * tf.reduce_sum(tf.square(self.target_v - self.value))
            self.entropy = -tf.reduce_sum(self.policy * log_policy)
            self.policy_loss = -tf.reduce_sum(log_taken * self.advantages)
            self.loss = CFG["value"] * self.value_loss + self.policy_loss - self.entropy * CFG["entropy"]

            local_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope)
            grads = tf.gradients(self.loss, local_vars)
            grads, self.grad_norm = tf.clip_by_global_norm(grads, CFG["clip"])
            self.apply = trainer.apply_gradients(zip(grads, local_vars))


def discount(rewards, bootstrap, gamma):
    out, running = np.zeros(len(rewards)), bootstrap
    for t in reversed(range(len(rewards))):
        running = rewards[t] + gamma * running
        out[t] = running
    return out


def update(sess, net, states, actions, rewards, values, bootstrap):
    returns = discount(rewards, bootstrap, CFG["gamma"])
    adv = returns - np.asarray(values)
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    feed = {net.inputs: np.vstack(states), net.actions: actions,
            net.target_v: returns, net.advantages: adv}
    loss, norm, _ = sess.run([net.loss, net.grad_norm, net.apply], feed)
    return loss / len(rewards), norm


def main(episodes=2000):
    env = gym.make("CartPole-v0")
    net = AC_Network(4, 2, "global", tf.train.AdamOptimizer(CFG["lr"]))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for episode in range(episodes):
            s, done, buf = env.reset(), False, []
            while not done:
                p, v = sess.run([net.policy, net.value], {net.inputs: [s]})
                a = np.random.choice(2, p=p[0])
                s1, r, done, _ = env.step(a)
                buf.append((s, a, r, v[0]))
                s = s1
                if done or len(buf) == CFG["n_steps"]:
                    boot = 0.0 if done else sess.run(net.value, {net.inputs: [s]})[0]
                    update(sess, net, *map(list, zip(*buf)), boot)
                    buf = []
