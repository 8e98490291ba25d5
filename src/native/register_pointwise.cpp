// The elementwise functions, as ufuncs: names, dtypes, loops. One loop for each dtype and function; integers and bool become float64.
#include "register.h"

#include <cmath>
#include <cstring>
#include <new>

#include "gufunc.h"

namespace stablesoftmax {
namespace {

struct Ufunc;

// What a loop is told when it is registered.
struct PointwiseLoop {
  Pointwise::Function function;
  Storage storage;
  npy_intp size; // of an element
  Ufunc *ufunc;
};

// NumPy keeps pointers to everything it is given: one block per ufunc, never freed.
struct Ufunc {
  PointwiseLoop loops[4]; // float16, float32, float64, and bfloat16 once somebody has asked for it
  void *data[3];
  char types[9];
  PyUFuncGenericFunction functions[3];
  bool knows_bfloat16;
};

// Results that outgrow the caches are written past them.
constexpr std::size_t far = std::size_t{16} << 20;

// Whether bytes of both lie in one place: `size` bytes an element, the same for both.
inline bool meet(const char *x, npy_intp x_step, const char *y, npy_intp y_step, npy_intp count, npy_intp size) {
  const auto begin = [&](const char *p, npy_intp step) { return step < 0 ? p + (count - 1) * step : p; };
  const auto end = [&](const char *p, npy_intp step) { return (step < 0 ? p : p + (count - 1) * step) + size; };
  return begin(x, x_step) < end(y, y_step) && begin(y, y_step) < end(x, x_step);
}

// Arguments of NumPy: the operands, then the result. `reduce` and `accumulate` let the result be an operand of the next element;
// such elements are done one by one, in order. An operand that lies exactly where the result goes needs no such care.
template <int inputs> void loop_pointwise(char **args, const npy_intp *sizes, const npy_intp *steps, void *data) {
  const PointwiseLoop &loop = *static_cast<const PointwiseLoop *>(data);
  const npy_intp count = sizes[0];
  if (count == 0) return;
  char *y = args[inputs];
  const npy_intp y_step = steps[inputs];
  Row rows[2] = {};
  bool joined = false, in_order = false;
  for (int i = 0; i < inputs; i++) {
    rows[i].x = args[i];
    rows[i].x_stride = steps[i];
    rows[i].x_storage = loop.storage;
    const bool same = args[i] == y && steps[i] == y_step && y_step != 0;
    const bool meets = meet(args[i], steps[i], y, y_step, count, loop.size);
    joined |= meets;
    in_order |= meets && !same;
  }
  Row &first = rows[0];
  first.y = y;
  first.y_stride = y_step;
  first.y_storage = loop.storage;
  if (!joined && static_cast<std::size_t>(count * loop.size) >= far) first.policy = past_caches;
  first.n = rows[1].n = in_order && count > 1 ? 1 : static_cast<std::size_t>(count);
  unsigned events = 0;
  {
    const NeutralEnvironment neutral;
    for (npy_intp done = 0; done < count; done += static_cast<npy_intp>(first.n)) {
      events |= loop.function(first, rows[1]);
      for (int i = 0; i < inputs; i++) rows[i].x += steps[i];
      first.y += y_step;
    }
  }
  // NumPy turns them into what np.errstate says
  if (events & made_nan) std::feraiseexcept(FE_INVALID);
  if (events & reached_pole) std::feraiseexcept(FE_DIVBYZERO);
}

bool is_bfloat16(PyArray_Descr *descr) {
  if (descr->type_num < NPY_USERDEF || PyDataType_ELSIZE(descr) != 2) return false;
  PyObject *name = PyObject_GetAttrString(reinterpret_cast<PyObject *>(descr->typeobj), "__name__");
  const char *text = name ? PyUnicode_AsUTF8AndSize(name, nullptr) : nullptr;
  const bool same = text && std::strcmp(text, "bfloat16") == 0;
  if (!text) PyErr_Clear();
  Py_XDECREF(name);
  return same;
}

// The bfloat16 of ml_dtypes has no type number before somebody imports that package: its loop is added when the first array arrives.
bool learn_bfloat16(PyUFuncObject *self, int type) {
  Ufunc &u = *static_cast<const PointwiseLoop *>(self->data[0])->ufunc;
  int status = 0;
#if defined(Py_GIL_DISABLED)
  Py_BEGIN_CRITICAL_SECTION(self);
#endif
  if (!u.knows_bfloat16) {
    const int types[3] = {type, type, type};
    status = PyUFunc_RegisterLoopForType(self, type, u.functions[0], types, &u.loops[3]);
    u.knows_bfloat16 = status == 0;
  }
#if defined(Py_GIL_DISABLED)
  Py_END_CRITICAL_SECTION();
#endif
  return status == 0;
}

// Which loop: float64 where all operands are integers or bool (NumPy would compute int8 in float16), else NumPy's own rule.
int resolve(PyUFuncObject *self, NPY_CASTING casting, PyArrayObject **operands, PyObject *types, PyArray_Descr **descrs) {
  bool whole = !types;
  for (int i = 0; i < self->nin; i++) {
    if (!operands[i]) continue;
    PyArray_Descr *descr = PyArray_DESCR(operands[i]);
    whole &= PyTypeNum_ISINTEGER(descr->type_num) || PyTypeNum_ISBOOL(descr->type_num);
    if (is_bfloat16(descr) && !learn_bfloat16(self, descr->type_num)) return -1;
  }
  if (!whole) return PyUFunc_DefaultTypeResolver(self, casting, operands, types, descrs);
  for (int i = 0; i < self->nargs; i++) descrs[i] = PyArray_DescrFromType(NPY_DOUBLE);
  return PyUFunc_ValidateCasting(self, casting, operands, descrs);
}

struct Function {
  const char *name;
  Pointwise::Function Pointwise::*of;
  bool binary, from_nothing; // whether a reduction of no element is -inf
};

constexpr Function functions[] = {
    {"sigmoid", &Pointwise::sigmoid, false, false},    {"log_sigmoid", &Pointwise::log_sigmoid, false, false},
    {"softplus", &Pointwise::softplus, false, false},  {"log1mexp", &Pointwise::log1mexp, false, false},
    {"logit", &Pointwise::logit, false, false},        {"logaddexp", &Pointwise::logaddexp, true, true},
    {"logsubexp", &Pointwise::logsubexp, true, false},
};

const Level *level;

// `doc` must live as long as the ufunc.
PyObject *make(const Function &function, const char *doc) {
  auto *u = new (std::nothrow) Ufunc{};
  PyObject *identity = u ? (function.from_nothing ? PyFloat_FromDouble(-HUGE_VAL) : Py_NewRef(Py_None)) : PyErr_NoMemory();
  if (!identity) return nullptr;
  const Pointwise::Function f32 = level->pointwise_f32.*function.of, f64 = level->pointwise_f64.*function.of;
  u->loops[0] = {f32, Storage::half, 2, u};
  u->loops[1] = {f32, Storage::native, 4, u};
  u->loops[2] = {f64, Storage::native, 8, u};
  u->loops[3] = {f32, Storage::bfloat16, 2, u};
  const int inputs = 1 + function.binary;
  constexpr char letters[3] = {NPY_HALF, NPY_FLOAT, NPY_DOUBLE};
  char *type = u->types;
  for (int i = 0; i < 3; i++) {
    u->data[i] = &u->loops[i];
    u->functions[i] = function.binary ? loop_pointwise<2> : loop_pointwise<1>;
    for (int k = 0; k <= inputs; k++) *type++ = letters[i];
  }
  PyObject *ufunc = PyUFunc_FromFuncAndDataAndSignatureAndIdentity(
      u->functions, u->data, u->types, 3, inputs, 1, function.from_nothing ? PyUFunc_IdentityValue : PyUFunc_None, function.name, doc,
      0, nullptr, identity);
  Py_DECREF(identity);
  if (ufunc) reinterpret_cast<PyUFuncObject *>(ufunc)->type_resolver = resolve;
  return ufunc;
}

// elementwise_ufunc(name, doc): the docstrings are written in Python, where their readers are.
PyObject *elementwise_ufunc(PyObject *, PyObject *args) {
  const char *name;
  PyObject *text;
  if (!PyArg_ParseTuple(args, "sU", &name, &text)) return nullptr;
  const char *doc = PyUnicode_AsUTF8AndSize(text, nullptr);
  if (!doc) return nullptr;
  for (const Function &function : functions)
    if (std::strcmp(function.name, name) == 0) {
      Py_INCREF(text); // for good: NumPy keeps the pointer
      return make(function, doc);
    }
  return PyErr_Format(PyExc_ValueError, "elementwise_ufunc: there is no %s", name);
}

PyMethodDef methods[] = {
    {"elementwise_ufunc", elementwise_ufunc, METH_VARARGS, "elementwise_ufunc(name, doc): a new ufunc of that name."},
    {nullptr, nullptr, 0, nullptr}};

}  // namespace

bool register_pointwise(PyObject *module, const Level &chosen) {
  level = &chosen;
  return PyModule_AddFunctions(module, methods) == 0;
}

}  // namespace stablesoftmax
