/* c_extension: the exact C port as a Python module, by hand, against the limited API: one file for
 * CPython 3.8 and newer.
 *
 * Whoever writes the boundary by hand decides what crosses it: the integers are checked, the GIL is
 * released (threads run side by side), and where a C double cannot say what Python says, the answer
 * is made here: 0 for no steps, ValueError for a negative number under the root. */
#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "port.h"

static PyObject *sum_of(int64_t n, int64_t steps)
{
    if (steps <= 0) {
        return PyLong_FromLong(0);
    }
    if (steps > STEPS_LIMIT) {
        PyErr_SetString(PyExc_OverflowError, "too many steps for 128-bit integers");
        return NULL;
    }
    PyThreadState *state = PyEval_SaveThread();
    double result = cpu_intensive_steps(n, steps);
    PyEval_RestoreThread(state);
    if (isnan(result)) {
        PyErr_SetString(PyExc_ValueError, "math domain error");
        return NULL;
    }
    return PyFloat_FromDouble(result);
}

static PyObject *call_published(PyObject *module, PyObject *args)
{
    (void)module;
    long long n;
    long long multiplier;
    if (!PyArg_ParseTuple(args, "LL:cpu_intensive", &n, &multiplier)) {
        return NULL;
    }
    return sum_of(n, port_steps(multiplier));
}

static PyObject *call_steps(PyObject *module, PyObject *args)
{
    (void)module;
    long long n;
    long long steps;
    if (!PyArg_ParseTuple(args, "LL:cpu_intensive_steps", &n, &steps)) {
        return NULL;
    }
    return sum_of(n, steps);
}

static PyMethodDef functions[] = {
    {"cpu_intensive", call_published, METH_VARARGS,
     "cpu_intensive(n, multiplier)\n--\n\nTen million steps per multiplier."},
    {"cpu_intensive_steps", call_steps, METH_VARARGS,
     "cpu_intensive_steps(n, steps)\n--\n\nThe same with the loop bound as an argument."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,  .m_name = "c_extension", .m_doc = "The exact C port of cpu_intensive.",
    .m_methods = functions, .m_slots = slots,
};

PyMODINIT_FUNC PyInit_c_extension(void);
PyMODINIT_FUNC PyInit_c_extension(void)
{
    return PyModuleDef_Init(&definition);
}
