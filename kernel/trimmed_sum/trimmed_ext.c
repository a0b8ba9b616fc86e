/* trimmed_ext: trimmed_sum as a Python module that does everything itself, against the limited API:
 * each integer is converted, the array sorted and added up in C. It takes integers of 64 bits, and
 * refuses others. */
#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "trimmed_sum.h"

/* The integers of a list, to be freed with PyMem_Free; NULL with an exception set on failure. */
static int64_t *integers(PyObject *list, Py_ssize_t length)
{
    int64_t *values = PyMem_Malloc((size_t)length * sizeof *values);
    if (!values) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *item = PyList_GetItem(list, i);
        if (!PyLong_Check(item)) {
            PyErr_SetString(PyExc_TypeError, "a list of integers is wanted");
            goto fail;
        }
        values[i] = PyLong_AsLongLong(item);
        if (values[i] == -1 && PyErr_Occurred()) {
            goto fail;
        }
    }
    return values;
fail:
    PyMem_Free(values);
    return NULL;
}

static PyObject *call(PyObject *module, PyObject *list)
{
    (void)module;
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "a list of integers is wanted");
        return NULL;
    }
    Py_ssize_t length = PyList_Size(list);
    int64_t *values = integers(list, length);
    if (!values) {
        return NULL;
    }
    int64_t sum;
    PyThreadState *state = PyEval_SaveThread();
    bool fits = trimmed_sum_in_place(values, (size_t)length, &sum);
    PyEval_RestoreThread(state);
    PyMem_Free(values);
    if (!fits) {
        PyErr_SetString(PyExc_OverflowError, "the sum leaves 64 bits");
        return NULL;
    }
    return PyLong_FromLongLong(sum);
}

static PyMethodDef functions[] = {
    {"trimmed_sum", call, METH_O, "trimmed_sum(values)\n--\n\nThe sum of the middle half."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "trimmed_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_trimmed_ext(void);
PyMODINIT_FUNC PyInit_trimmed_ext(void)
{
    return PyModuleDef_Init(&definition);
}
