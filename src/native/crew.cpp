#include "crew.h"

#include <atomic>
#include <chrono>
#include <new>

namespace stablesoftmax {
namespace {

PyObject *get_num_threads, *lend; // of _threads.py

// A thread that has nothing left to do looks this often whether the others are done before it sleeps: a piece takes a tenth of a
// millisecond, and to be woken may take as long.
constexpr int looks = 4000;
// Python sees signals this often.
constexpr std::chrono::milliseconds between_signals{10};
// Added to the number of busy threads by the call when it sleeps: no number of threads comes near it.
constexpr int sleeps = 1 << 30;

class Crew {
  void (*const work)(void *, npy_intp);
  void *const context; // on the stack of the call: nobody touches it who has not got a piece
  const npy_intp count;
  // Taken from the beginning; the helper that finishes last gives it back, once, and wakes the call that sleeps on it. A lock of
  // Python's: the condition variable of libstdc++ has a symbol of 2022, and no older system would load the module.
  const PyThread_type_lock awake;
  std::atomic<npy_intp> next{0};
  std::atomic<int> busy{0};
  std::atomic<bool> woken{false};

  bool piece_done() {
    const npy_intp piece = next.fetch_add(1);
    if (piece >= count) return false;
    work(context, piece);
    return true;
  }

public:
  // A crew of one, the call alone, needs no lock: nobody else is ever busy.
  Crew(npy_intp c, void (*w)(void *, npy_intp), void *x, PyThread_type_lock a = nullptr) : work(w), context(x), count(c), awake(a) {
    if (awake) PyThread_acquire_lock(awake, WAIT_LOCK);
  }
  ~Crew() {
    if (awake) PyThread_free_lock(awake);
  }
  Crew(const Crew &) = delete;
  Crew &operator=(const Crew &) = delete;

  // Does pieces until none are left. Whoever comes after the call has ended finds none.
  void help() {
    busy.fetch_add(1);
    while (piece_done()) {
    }
    if (busy.fetch_sub(1) == sleeps + 1 && !woken.exchange(true)) PyThread_release_lock(awake);
  }

  // The same in the thread of the call, which holds the GIL when it comes and when it goes.
  bool lead() {
    bool interrupted = false;
    while (!interrupted && next.load() < count) {
      Py_BEGIN_ALLOW_THREADS;
      const auto until = std::chrono::steady_clock::now() + between_signals;
      while (piece_done() && std::chrono::steady_clock::now() < until) {
      }
      Py_END_ALLOW_THREADS;
      interrupted = PyErr_CheckSignals() != 0;
    }
    end();
    return !interrupted;
  }

  // No piece begins any more, and those that have begun are finished: only then may the call end, whatever has ended it.
  void end() {
    next.store(count);
    if (!busy.load()) return;
    Py_BEGIN_ALLOW_THREADS;
    for (int i = 0; i < looks && busy.load(); i++) relax();
    if (busy.fetch_add(sleeps)) PyThread_acquire_lock(awake, WAIT_LOCK);
    Py_END_ALLOW_THREADS;
  }

private:
  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
};

constexpr char capsule_name[] = "stablesoftmax.crew";
Crew *crew_of(PyObject *capsule) { return static_cast<Crew *>(PyCapsule_GetPointer(capsule, capsule_name)); }
void disband(PyObject *capsule) { delete crew_of(capsule); }

// What a thread of the pool calls.
PyObject *help(PyObject *capsule, PyObject *) {
  Crew *crew = crew_of(capsule);
  Py_BEGIN_ALLOW_THREADS;
  crew->help();
  Py_END_ALLOW_THREADS;
  Py_RETURN_NONE;
}
PyMethodDef help_method = {"help", help, METH_NOARGS, "Does pieces of work until none are left."};

// Has up to `helpers` threads call help(), some time.
bool call_for_help(PyObject *capsule, long helpers) {
  PyObject *task = PyCFunction_NewEx(&help_method, capsule, nullptr);
  PyObject *none = task ? PyObject_CallFunction(lend, "Ol", task, helpers) : nullptr;
  Py_XDECREF(task);
  Py_XDECREF(none);
  return none != nullptr;
}

}  // namespace

bool in_pieces(npy_intp count, long threads, void (*work)(void *, npy_intp), void *context) {
  if (threads > count) threads = static_cast<long>(count);
  if (threads <= 1 || !lend) return Crew(count, work, context).lead();
  const PyThread_type_lock awake = PyThread_allocate_lock();
  Crew *crew = awake ? new (std::nothrow) Crew(count, work, context, awake) : nullptr;
  if (awake && !crew) PyThread_free_lock(awake);
  PyObject *capsule = crew ? PyCapsule_New(crew, capsule_name, disband) : nullptr;
  if (!capsule) {
    delete crew;
    if (!PyErr_Occurred()) PyErr_NoMemory();
    return false;
  }
  const bool called = call_for_help(capsule, threads - 1), good = called && crew->lead();
  if (!called) crew->end(); // an interrupt, say, after a helper had been called
  Py_DECREF(capsule); // a helper that comes late keeps it
  return good;
}

long threads_in_force() {
  if (!get_num_threads) return 1;
  PyObject *number = PyObject_CallNoArgs(get_num_threads);
  const long threads = number ? PyLong_AsLong(number) : -1;
  Py_XDECREF(number);
  return threads < 1 ? (PyErr_Occurred() ? 0 : 1) : threads;
}

PyObject *use_threads(PyObject *, PyObject *args) {
  PyObject *number, *pool;
  if (!PyArg_ParseTuple(args, "OO", &number, &pool)) return nullptr;
  Py_XDECREF(get_num_threads);
  Py_XDECREF(lend);
  get_num_threads = Py_NewRef(number);
  lend = Py_NewRef(pool);
  Py_RETURN_NONE;
}

}  // namespace stablesoftmax
