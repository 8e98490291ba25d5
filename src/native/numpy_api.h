// The one place that imports NumPy's C API: the table pointers must exist once, so module.cpp defines them and whoever else
// includes this file only declares them.
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_2_1_API_VERSION
#define NPY_TARGET_VERSION NPY_2_1_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL stablesoftmax_array_api
#define PY_UFUNC_UNIQUE_SYMBOL stablesoftmax_ufunc_api
#ifndef STABLESOFTMAX_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#endif
#include <numpy/ndarraytypes.h>
#include <numpy/ufuncobject.h>
