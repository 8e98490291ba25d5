// The state of a row that is read once: it cannot know which window will count, so it keeps its sums in all that still could.
//
// D(t, E) is what a term adds in the window E (sum.h). From one window to the next a term is only halved, so D in the window
// own + j is that of base*2^-j, and a loop over j fills the lanes. t < 2^own: beyond j = layout nothing is left of it. The digit
// of the middle layout, 40 bits shorter than that of the wide one, is the wide one 40 windows further up (both round the same
// double once, ties to even), so it needs no sums of its own.
//
// Sums are kept modulo 2^64 (narrow: 2^32). They are recovered whole: c_j = S_j - 2*S_(j+1) is what rounding has done, less than
// four quanta a term, so it is known from its remainder while n < 2^61 (narrow ends at 2^16, where 2^29 would do), and
// S_j = c_j + 2*c_(j+1) + 4*c_(j+2) + ...
#pragma once
#include "parts.h"

namespace {

using stablesoftmax::StreamState;

constexpr std::size_t wide_windows = stablesoftmax::wide_windows, narrow_windows = stablesoftmax::narrow_windows;
static_assert(wide_windows > static_cast<int>(Layout::wide) && wide_windows % lanes<double> == 0, "whole vectors, all windows");
static_assert(narrow_windows > static_cast<int>(Layout::narrow) && narrow_windows % lanes<float> == 0, "whole vectors, all windows");

template <class T, std::size_t n> struct Halvings { // 2^0, 2^-1, 2^-2, ...
  T of[n];
  constexpr Halvings() : of() {
    T v = 1;
    for (T &h : of) h = v, v /= 2;
  }
};

inline std::int64_t as_signed(std::uint64_t v) { return static_cast<std::int64_t>(v); }
inline std::int64_t as_signed(std::uint32_t v) { return static_cast<std::int32_t>(v); }

// S_j out of remainders of sums.
template <class E, std::size_t n> inline I128 recovered(const E (&sums)[n], std::size_t j) {
  I128 sum = 0;
  for (std::size_t k = n; k-- > j;) sum = 2 * sum + as_signed(static_cast<E>(sums[k] - 2 * (k + 1 < n ? sums[k + 1] : 0)));
  return sum;
}

// `to` after its window has been raised by `mine` (what falls out at the bottom is forgotten), plus `from` raised by `theirs`.
template <class E, std::size_t n> inline void combine(E (&to)[n], std::size_t mine, const E (&from)[n], std::size_t theirs) {
  const auto at = [](const E(&sums)[n], std::size_t j) { return j < n ? sums[j] : E{0}; };
  for (std::size_t j = 0; j < n; j++) to[j] = static_cast<E>(at(to, j + mine) + at(from, j + theirs));
}

template <class E> ALWAYS_INLINE void accumulate(E *sums, Vector<E> digits, bool plus) {
  store(sums, plus ? load(sums) + digits : load(sums) - digits);
}

// States of one kind and temperature. Only states of float32 have narrow sums.
template <class Kind> class Stream {
  using T = typename Kind::T;
  using V = typename Kind::V;
  static constexpr bool is_float32 = Kind::digits == 24;
  static constexpr std::size_t all = wide_windows;
  static constexpr double lowest = -__builtin_inf();
  Context<Kind> context;

  bool has_window(double x) const { return x - x == 0 && (context.is_fast(static_cast<T>(x)) || !context.ties_only(static_cast<T>(x))); }

  // By how many windows sums move up when `second` takes the place of `before` as the second largest element of a row.
  std::size_t rise(double before, double second) const {
    if (before == second) return 0;
    if (!has_window(before) || !has_window(second)) return all;
    const I128 windows = context.exponent(static_cast<T>(second)) - context.exponent(static_cast<T>(before));
    return windows < static_cast<I128>(all) ? static_cast<std::size_t>(windows) : all;
  }

  // A term joins the sums, or leaves them; its base is scaled to the lowest window of the state.
  static void add(StreamState &s, T base, T growth, bool plus) {
    if (static_cast<double>(base) < power_of_two(Kind::bias - static_cast<int>(Layout::wide) - 2)) return; // rounds to nothing
    constexpr Halvings<double, wide_windows> halves{};
    for (std::size_t j = 0; j < wide_windows; j += lanes<double>) {
      const auto digits = [&] {
        const D half = load(halves.of + j);
        if constexpr (is_float32) return WideSum<Kind>::digits_of(low_terms(splat(base), splat(growth)) * half);
        else return WideSum<Kind>::digits_of(splat(base) * half, splat(growth));
      }();
      const W first = digits.first - splat(bits<std::uint64_t>(WideSum<Kind>::magic1));
      accumulate(s.wide + j, (first << 46) + (digits.second - splat(bits<std::uint64_t>(WideSum<Kind>::magic2))), plus);
    }
    if constexpr (is_float32) {
      constexpr Halvings<float, narrow_windows> float_halves{};
      for (std::size_t j = 0; j < narrow_windows; j += lanes<float>) {
        const auto digits = NarrowSum::digits_of(splat(base) * load(float_halves.of + j), splat(growth));
        const U first = digits.first - splat(bits<std::uint32_t>(NarrowSum::magic1));
        accumulate(s.narrow + j, (first << 22) + (digits.second - splat(bits<std::uint32_t>(NarrowSum::magic2))), plus);
      }
    }
  }

  // An element at or below the second largest joins the rest of the row, or leaves it. Where that one has no window, ties with it
  // are counted, and nothing else.
  void add_element(StreamState &s, double x, bool plus) const {
    if (!has_window(s.second)) {
      s.wide[0] += x == s.second ? (plus ? 1 : -1) : 0;
      return;
    }
    T base, growth;
    Terms<Kind>(context, static_cast<T>(s.second)).one(static_cast<T>(x), base, growth);
    add(s, base, growth, plus);
  }

  // All elements of a part join, those above the second largest as that one.
  void add_block(StreamState &s, const T *x, std::size_t n) const {
    const T second = static_cast<T>(s.second);
    if (!has_window(s.second)) {
      for (std::size_t i = 0; i < n; i++) s.wide[0] += x[i] >= second;
      return;
    }
    Terms<Kind>(context, second).with_path([&](auto term) {
      T bases[lanes<T>], growths[lanes<T>];
      for (std::size_t i = 0; i < n; i += lanes<T>) {
        const std::size_t m = n - i < lanes<T> ? n - i : lanes<T>;
        V base, growth;
        term(smaller(m < lanes<T> ? load_part(x + i, m, -infinity<T>()) : load(x + i), splat(second)), base, growth);
        store(bases, base);
        store(growths, growth);
        for (std::size_t k = 0; k < m; k++) add(s, bases[k], growths[k], true);
      }
    });
  }

  // What remains is a matter of the elements alone, whatever way they came: a NaN hides all others, and both zeros are one.
  void settle(StreamState &s) const {
    if (s.nan) s.max = s.second = lowest, combine(s.wide, all, s.wide, all);
    if (s.max == 0) s.max = -0.0;
    if (s.second == 0) s.second = -0.0;
    if constexpr (is_float32) // sums that no reader will ask for again
      if (s.nan || layout_of(s) != Layout::narrow) combine(s.narrow, all, s.narrow, all);
  }

  // The sums of both under the second largest of all their elements.
  void raise(StreamState &s, double second, const StreamState &other) const {
    const std::size_t mine = rise(s.second, second), theirs = &other == &s ? all : rise(other.second, second);
    combine(s.wide, mine, other.wide, theirs);
    if constexpr (is_float32) combine(s.narrow, mine, other.narrow, theirs);
    s.second = second;
  }

  static Extremes<T> extremes_of_state(const StreamState &s) { return extremes_of<Kind>(summary(s)); }
  Layout layout_of(const StreamState &s) const { return ::layout_of<Kind>(extremes_of_state(s), context.scale.temperature); }

  static I128 one(const OwnTerm<Kind> &term, Layout layout) {
    return with_layout<Kind>(layout, [&](auto sum) { return decltype(sum)::of_one(term.base, term.growth); });
  }
  // The sum of the rest, `windows` above the lowest window.
  I128 rest(const StreamState &s, std::size_t windows, Layout layout) const {
    if (windows >= all) return 0;
    if constexpr (is_float32) {
      if (layout == Layout::narrow) return recovered(s.narrow, windows);
      if (layout == Layout::middle) windows += static_cast<int>(Layout::wide) - static_cast<int>(Layout::middle);
    }
    return recovered(s.wide, windows);
  }

public:
  explicit Stream(double temperature) : context(temperature) {}

  static Summary summary(const StreamState &s) {
    return {s.max, s.second, static_cast<std::size_t>(s.above), static_cast<std::size_t>(s.present), s.nan != 0};
  }

  void absorb(StreamState &s, const Row &part) const {
    const Summary found = summarise_part<Kind>(part, true);
    const double before = s.max;
    double second = s.second;
    join_extremes(s.max, second, found.max, found.second);
    s.above += static_cast<std::int64_t>(found.above);
    s.present += static_cast<std::int64_t>(found.present);
    s.nan |= found.nan;
    if (!s.nan && second > lowest) {
      raise(s, second, s);
      each_block(Access<T>(part), [&](std::size_t, std::size_t n, const T *x) { add_block(s, x, n); });
      add_element(s, before < second ? before : second, true);
      add_element(s, second, false); // one maximum, old or new, took part as the second largest
    }
    settle(s);
  }

  void merge(StreamState &s, const StreamState &other) const {
    const double lesser = s.max < other.max ? s.max : other.max;
    double second = s.second;
    join_extremes(s.max, second, other.max, other.second);
    s.above += other.above;
    s.present += other.present;
    s.nan |= other.nan;
    if (!s.nan && second > lowest) {
      raise(s, second, other);
      add_element(s, lesser, true);
    }
    settle(s);
  }

  // What rows/parts.h calls the total.
  I128 total(const StreamState &s, bool of_rest) const {
    const Extremes<T> e = extremes_of_state(s);
    if (e.nan) return 0;
    if (is_special(e)) return e.max < 0 ? s.present : 1 + (s.second == s.max ? as_signed(s.wide[0]) : 0);
    if (of_rest && !has_rest(context, e)) return 0;
    const Layout layout = layout_of(s);
    const I128 most = one(OwnTerm<Kind>(context, of_rest ? e.second : e.max), layout);
    if (s.second == lowest) return most;
    if (!has_window(s.second)) return s.second == s.max ? most * (1 + as_signed(s.wide[0])) : most;
    return most + rest(s, of_rest ? 0 : rise(s.second, s.max), layout);
  }

  // The logarithm of the sum of all terms. Beside zero less accurate than with the row at hand.
  double logsumexp(const StreamState &s) const {
    const Extremes<T> e = extremes_of_state(s);
    if (e.nan) return static_cast<double>(quiet_nan<T>());
    if (is_special(e)) return s.max;
    const LogRest log = log_of_rest<Kind>(context, e, total(s, true));
    const double temperature = context.scale.temperature;
    bool cancelled;
    if (temperature == 1.0) return static_cast<double>(max_plus<Kind>(e.max, log, cancelled));
    double hi, lo; // max/T
    divide_pair(s.max, 0.0, temperature, hi, lo);
    if (hi - hi != 0) return hi;
    const double sum = hi + log.hi, b = sum - hi;
    return static_cast<double>(static_cast<T>(sum + (((hi - (sum - b)) + (log.hi - b)) + (lo + log.lo))));
  }
};

// Batches, so that the constants of a temperature are made once. Absorbed are rows like `first`, x and mask a step apart.
template <class Kind>
inline void stream_absorb(char *states, std::size_t bytes, Row part, std::ptrdiff_t x_step, std::ptrdiff_t where_step, std::size_t count) {
  const Stream<Kind> stream(part.temperature);
  for (std::size_t i = 0; i < count; i++) {
    stream.absorb(*reinterpret_cast<StreamState *>(states + i * bytes), part);
    part.x += x_step;
    if (part.where) part.where += where_step;
  }
}
template <class Kind>
inline void stream_merge(char *into, const char *from, std::size_t bytes, double temperature, std::size_t count) {
  const Stream<Kind> stream(temperature);
  for (std::size_t i = 0; i < count; i++)
    stream.merge(*reinterpret_cast<StreamState *>(into + i * bytes), *reinterpret_cast<const StreamState *>(from + i * bytes));
}
template <class Kind>
inline void stream_totals(const char *states, std::size_t bytes, double temperature, bool of_rest, char *totals, std::size_t count) {
  const Stream<Kind> stream(temperature);
  for (std::size_t i = 0; i < count; i++) {
    const I128 total = stream.total(*reinterpret_cast<const StreamState *>(states + i * bytes), of_rest);
    __builtin_memcpy(totals + i * sizeof total, &total, sizeof total);
  }
}
template <class Kind>
inline void stream_logsumexp(const char *states, std::size_t bytes, double temperature, double *results, std::size_t count) {
  const Stream<Kind> stream(temperature);
  for (std::size_t i = 0; i < count; i++) results[i] = stream.logsumexp(*reinterpret_cast<const StreamState *>(states + i * bytes));
}

template <class Kind> constexpr stablesoftmax::Streams streams_of() {
  return {stream_absorb<Kind>, stream_merge<Kind>, stream_totals<Kind>, stream_logsumexp<Kind>};
}

}  // namespace
