// The extension module: chooses the level, registers the gufuncs, and lends the state of a row to Python.
#define STABLESOFTMAX_IMPORTS_NUMPY
#include "numpy_api.h"

#include <cstdlib>
#include <cstring>

#include "bounds.h"
#include "build_config.h"
#include "crew.h"
#include "dispatch.h"
#include "door.h"
#include "environment.h"
#include "parts.h"
#include "register.h"

namespace {

using namespace stablesoftmax;

const Level *level; // set once, when the module is first imported

PyObject *build_info(PyObject *, PyObject *) {
  std::size_t count;
  const Candidate *list = candidates(count);
  PyObject *compiled = PyList_New(0), *supported = PyList_New(0);
  bool good = compiled && supported;
  for (std::size_t i = 0; good && i < count; i++) {
    PyObject *name = PyUnicode_FromString(list[i].level->name);
    good = name && PyList_Append(compiled, name) == 0 && (!list[i].supported || PyList_Append(supported, name) == 0);
    Py_XDECREF(name);
  }
  PyObject *info = good ? Py_BuildValue("{s:s,s:i,s:s,s:s,s:O,s:O,s:s}", "version", STABLESOFTMAX_VERSION, "bits_version",
                                        STABLESOFTMAX_BITS_VERSION, "compiler", STABLESOFTMAX_COMPILER, "flags",
                                        STABLESOFTMAX_FLAGS, "levels_compiled", compiled, "levels_supported", supported,
                                        "level", level->name)
                        : nullptr;
  Py_XDECREF(compiled);
  Py_XDECREF(supported);
  return info;
}

PyObject *bounds(PyObject *, PyObject *) {
  PyObject *table = PyList_New(0);
  for (const Bound &b : bound_table) {
    PyObject *row = table ? Py_BuildValue("{s:s,s:s,s:s,s:d,s:i,s:s,s:d,s:s}", "function", b.function, "dtype", b.dtype, "domain",
                                          b.domain, "ulp", b.ulp, "absolute_exponent", b.absolute_exponent, "source", b.source,
                                          "observed", b.observed, "worst", b.worst)
                          : nullptr;
    if (!row || PyList_Append(table, row) != 0) {
      Py_XDECREF(row);
      Py_XDECREF(table);
      return nullptr;
    }
    Py_DECREF(row);
  }
  return table;
}

// window(x, is_float64, temperature) -> exponent, or None where only ties with the maximum count
PyObject *window(PyObject *, PyObject *args) {
  double x, temperature;
  int is_float64;
  if (!PyArg_ParseTuple(args, "dpd", &x, &is_float64, &temperature)) return nullptr;
  const NeutralEnvironment neutral;
  const Wide exponent = (is_float64 ? level->exponent_f64 : level->exponent_f32)(x, temperature);
  if (exponent == no_window) Py_RETURN_NONE;
  return pair_of(exponent);
}

// deposit(x, is_float64, temperature, exponent, layout) -> the integer
PyObject *deposit(PyObject *, PyObject *args) {
  double x, temperature;
  long long high;
  unsigned long long low;
  int is_float64, layout;
  if (!PyArg_ParseTuple(args, "dpd(LK)i", &x, &is_float64, &temperature, &high, &low, &layout)) return nullptr;
  const NeutralEnvironment neutral;
  return pair_of((is_float64 ? level->deposit_f64 : level->deposit_f32)(x, temperature, from_pair(high, low), static_cast<Layout>(layout)));
}

// finalise(which, x, is_float64, temperature, max, sum, exponent, layout) -> result
PyObject *finalise(PyObject *, PyObject *args) {
  double x, temperature, max;
  long long high, exponent_high;
  unsigned long long low, exponent_low;
  int which, is_float64, layout;
  if (!PyArg_ParseTuple(args, "idpdd(LK)(LK)i", &which, &x, &is_float64, &temperature, &max, &high, &low, &exponent_high,
                        &exponent_low, &layout))
    return nullptr;
  double result;
  {
    const NeutralEnvironment neutral;
    result = (is_float64 ? level->finalise_f64 : level->finalise_f32)(which, x, temperature, max, from_pair(high, low),
                                                                      from_pair(exponent_high, exponent_low), static_cast<Layout>(layout));
  }
  return PyFloat_FromDouble(result);
}

// exchange_environment(value or None) -> the value before; None sets the neutral one
PyObject *exchange_environment(PyObject *, PyObject *value) {
  std::uint64_t next = neutral_environment;
  if (value != Py_None) {
    next = PyLong_AsUnsignedLongLong(value);
    if (PyErr_Occurred()) return nullptr;
  }
  const std::uint64_t before = read_environment();
  write_environment(next);
  return PyLong_FromUnsignedLongLong(before);
}

// raise_invalid(name): the floating-point event of a call whose blocks were done by several threads, as np.errstate says
PyObject *raise_invalid(PyObject *, PyObject *name) {
  const char *text = PyUnicode_AsUTF8AndSize(name, nullptr);
  if (!text || PyUFunc_GiveFloatingpointErrors(text, NPY_FPE_INVALID) < 0) return nullptr;
  Py_RETURN_NONE;
}

template <PyObject *(*door)(const Level &, PyObject *const *)>
PyObject *through(PyObject *, PyObject *const *arguments, Py_ssize_t count) {
  if (count != 3) {
    PyErr_SetString(PyExc_TypeError, "a door takes x, axis and out");
    return nullptr;
  }
  return door(*level, arguments);
}

template <PyObject *(*door)(const Level &, PyObject *const *)> PyCFunction fast() {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(through<door>));
}

PyMethodDef methods[] = {
    {"softmax_door", fast<softmax_door>(), METH_FASTCALL, "softmax_door(x, axis, out): the result, or None where it takes the long way."},
    {"log_softmax_door", fast<log_softmax_door>(), METH_FASTCALL, "log_softmax_door(x, axis, out)"},
    {"logsumexp_door", fast<logsumexp_door>(), METH_FASTCALL, "logsumexp_door(x, axis, out)"},
    {"exchange_environment", exchange_environment, METH_O,
     "exchange_environment(value): set the floating-point environment (None: the neutral one), return the one before."},
    {"use_threads", use_threads, METH_VARARGS, "use_threads(get_num_threads, lend): the pool of _threads.py."},
    {"raise_invalid", raise_invalid, METH_O, "raise_invalid(name): \"invalid value encountered in name\", as np.errstate says."},
    {"build_info", build_info, METH_NOARGS, "How this extension was built and which level is in use."},
    {"bounds", bounds, METH_NOARGS, "The table of error bounds, a list of dicts."},
    {"window", window, METH_VARARGS, "window(x, is_float64, temperature): exponent of the window of one element."},
    {"deposit", deposit, METH_VARARGS, "deposit(x, is_float64, temperature, exponent, layout): integer of one element in a window."},
    {"finalise", finalise, METH_VARARGS, "finalise(which, x, is_float64, temperature, max, sum, exponent, layout): the result of a state."},
    {nullptr, nullptr, 0, nullptr}};

void refuse_level(const char *asked) {
  std::size_t count;
  const Candidate *list = candidates(count);
  char names[128] = "";
  for (std::size_t i = 0; i < count; i++)
    if (list[i].supported) {
      if (*names) std::strcat(names, ", ");
      std::strcat(names, list[i].level->name);
    }
  PyErr_Format(PyExc_ImportError, "stablesoftmax: STABLESOFTMAX_ISA=%s is not a level that this build and this machine have; use %s",
               asked ? asked : "", *names ? names : "a machine with SSE4.2");
}

int execute(PyObject *module) {
  if (PyArray_ImportNumPyAPI() < 0) return -1;
  if (PyUFunc_ImportUFuncAPI() < 0) return -1;
  const char *asked = std::getenv("STABLESOFTMAX_ISA");
  level = choose(asked);
  if (!level) {
    refuse_level(asked);
    return -1;
  }
  const bool good = register_softmax(module, *level) && register_gradients(module, *level) && register_log_space(module, *level) &&
                    register_parts(module, *level) && register_pointwise(module, *level) && register_sampling(module, *level) &&
                    register_segments(module, *level) && register_sparse(module, *level) && register_part_rows(module, *level);
  return good ? 0 : -1;
}

PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void *>(execute)},
#if defined(Py_mod_gil) // known to Python 3.13 and later, outside the limited API of 3.11
                            {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
                            {0, nullptr}};

PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", "Native core of stablesoftmax: use the functions of the package.",
                          0, methods, slots, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit__native() { return PyModuleDef_Init(&definition); }
