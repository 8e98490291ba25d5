"""Vectors, quaternions, triangles and distances on the globe, in plain Python."""
import math
import random

EARTH_RADIUS_KM = 6371.0088


class Vec3:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z

    def norm(self):
        return math.sqrt(self.dot(self))

    def scaled(self, k):
        return Vec3(self.x * k, self.y * k, self.z * k)

    def unit(self):
        return self.scaled(1 / self.norm())  # SSM302

    def angle(self, o):
        cosine = self.dot(o) / (self.norm() * o.norm())  # SSM302
        return math.acos(cosine)  # SSM???


class Quaternion:
    def __init__(self, w, x, y, z):
        self.q = (w, x, y, z)

    def dot(self, other):
        return sum(a * b for a, b in zip(self.q, other.q))

    def normalized(self):
        n = math.sqrt(sum(c * c for c in self.q))
        return Quaternion(*(c / n for c in self.q))  # SSM302

    def axis_angle(self):
        w, x, y, z = self.normalized().q
        w = max(-1.0, min(1.0, w))
        s = math.sqrt(1 - w * w)
        return Vec3(x / s, y / s, z / s), 2 * math.acos(w)  # SSM302

    def slerp(self, other, t):
        theta = math.acos(max(-1.0, min(1.0, self.dot(other))))
        a = math.sin((1 - t) * theta) / math.sin(theta)  # SSM302
        b = math.sin(t * theta) / math.sin(theta)  # SSM302
        return Quaternion(*(a * p + b * q for p, q in zip(self.q, other.q)))


def haversine(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dl = math.radians(lon2 - lon1)
    h = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def great_circle(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    c = math.sin(p1) * math.sin(p2) + math.cos(p1) * math.cos(p2) * math.cos(math.radians(lon2 - lon1))
    return EARTH_RADIUS_KM * math.acos(c)  # SSM???


def line_intersection(p, r, q, s):
    cross = r[0] * s[1] - r[1] * s[0]
    t = ((q[0] - p[0]) * s[1] - (q[1] - p[1]) * s[0]) / cross  # SSM302
    return p[0] + t * r[0], p[1] + t * r[1]


def triangle_area(a, b, c):
    s = (a + b + c) / 2
    return math.sqrt(s * (s - a) * (s - b) * (s - c))  # SSM???


def circumradius(a, b, c):
    return a * b * c / (4 * triangle_area(a, b, c))  # SSM302


def bearing(dx, dy):
    return (math.degrees(math.atan2(dx, dy)) + 360) % 360


def gaussian_pair(sigma=1.0):
    u, v = random.random(), random.random()
    radius = sigma * math.sqrt(-2 * math.log(u))  # SSM301
    return radius * math.cos(2 * math.pi * v), radius * math.sin(2 * math.pi * v)
# fixed
import math
import random

EARTH_RADIUS_KM = 6371.0088


class Vec3:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z

    def norm(self):
        return math.sqrt(self.dot(self))

    def scaled(self, k):
        return Vec3(self.x * k, self.y * k, self.z * k)

    def unit(self):
        n = self.norm()
        if n == 0:
            return Vec3(0.0, 0.0, 0.0)
        return self.scaled(1 / n)

    def angle(self, o):
        cross = Vec3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
        return math.atan2(cross.norm(), self.dot(o))


class Quaternion:
    def __init__(self, w, x, y, z):
        self.q = (w, x, y, z)

    def dot(self, other):
        return sum(a * b for a, b in zip(self.q, other.q))

    def normalized(self):
        n = math.sqrt(sum(c * c for c in self.q))
        if n < 1e-12:
            raise ValueError("zero quaternion")
        return Quaternion(*(c / n for c in self.q))

    def axis_angle(self):
        w, x, y, z = self.normalized().q
        w = max(-1.0, min(1.0, w))
        s = math.sqrt(1 - w * w)
        if s < 1e-9:
            return Vec3(1.0, 0.0, 0.0), 0.0
        return Vec3(x / s, y / s, z / s), 2 * math.acos(w)

    def slerp(self, other, t):
        theta = math.acos(max(-1.0, min(1.0, self.dot(other))))
        if math.sin(theta) < 1e-6:
            a, b = 1 - t, t
        else:
            a = math.sin((1 - t) * theta) / math.sin(theta)
            b = math.sin(t * theta) / math.sin(theta)
        return Quaternion(*(a * p + b * q for p, q in zip(self.q, other.q)))


def haversine(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dl = math.radians(lon2 - lon1)
    h = math.sin((p2 - p1) / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def great_circle(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    c = math.sin(p1) * math.sin(p2) + math.cos(p1) * math.cos(p2) * math.cos(math.radians(lon2 - lon1))
    return EARTH_RADIUS_KM * math.acos(max(-1.0, min(1.0, c)))


def line_intersection(p, r, q, s):
    cross = r[0] * s[1] - r[1] * s[0]
    if abs(cross) < 1e-12:
        return None
    t = ((q[0] - p[0]) * s[1] - (q[1] - p[1]) * s[0]) / cross
    return p[0] + t * r[0], p[1] + t * r[1]


def triangle_area(a, b, c):
    s = (a + b + c) / 2
    return math.sqrt(max(s * (s - a) * (s - b) * (s - c), 0.0))


def circumradius(a, b, c):
    area = triangle_area(a, b, c)
    return a * b * c / (4 * area) if area > 0 else math.inf


def bearing(dx, dy):
    return (math.degrees(math.atan2(dx, dy)) + 360) % 360


def gaussian_pair(sigma=1.0):
    u, v = random.random(), random.random()
    radius = sigma * math.sqrt(-2 * math.log(1.0 - u))
    return radius * math.cos(2 * math.pi * v), radius * math.sin(2 * math.pi * v)
