/* boundary_ext: the functions as a C extension module, by the fastest convention that there is
 * (METH_NOARGS, METH_FASTCALL); so it is for one version of Python. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "boundary.h"

static PyObject *call_nothing(PyObject *module, PyObject *unused)
{
    (void)module, (void)unused;
    boundary_nothing();
    Py_RETURN_NONE;
}

static PyObject *call_two(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    if (count != 2) {
        return PyErr_Format(PyExc_TypeError, "two takes 2 arguments, not %zd", count);
    }
    int64_t a = PyLong_AsLongLong(args[0]), b = PyLong_AsLongLong(args[1]);
    if ((a == -1 || b == -1) && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLongLong(boundary_two(a, b));
}

/* Element by element, as a port of a function on lists must. */
static PyObject *call_add_ints(PyObject *module, PyObject *list)
{
    (void)module;
    uint64_t total = 0;
    if (!PyList_Check(list)) {
        return PyErr_Format(PyExc_TypeError, "a list is wanted");
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        int64_t value = PyLong_AsLongLong(PyList_GET_ITEM(list, i));
        if (value == -1 && PyErr_Occurred()) {
            return NULL;
        }
        total += (uint64_t)value;
    }
    return PyLong_FromLongLong((int64_t)total);
}

static PyObject *call_add_floats(PyObject *module, PyObject *list)
{
    (void)module;
    double total = 0;
    if (!PyList_Check(list)) {
        return PyErr_Format(PyExc_TypeError, "a list is wanted");
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        double value = PyFloat_AsDouble(PyList_GET_ITEM(list, i));
        if (value == -1 && PyErr_Occurred()) {
            return NULL;
        }
        total += value;
    }
    return PyFloat_FromDouble(total);
}

static PyObject *call_add_bytes(PyObject *module, PyObject *bytes)
{
    (void)module;
    char *data = NULL;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(bytes, &data, &size) < 0) {
        return NULL;
    }
    return PyLong_FromLongLong(boundary_add_bytes((unsigned char *)data, (size_t)size));
}

static PyObject *call_add_buffer(PyObject *module, PyObject *array)
{
    (void)module;
    Py_buffer view;
    if (PyObject_GetBuffer(array, &view, PyBUF_CONTIG_RO | PyBUF_FORMAT) < 0) {
        return NULL;
    }
    PyObject *result = NULL;
    if (view.format == NULL || strcmp(view.format, "d") != 0) {
        PyErr_Format(PyExc_TypeError, "an array of doubles is wanted");
    } else {
        size_t count = (size_t)view.len / sizeof(double);
        result = PyFloat_FromDouble(boundary_add_floats(view.buf, count));
    }
    PyBuffer_Release(&view);
    return result;
}

static PyMethodDef functions[] = {
    {"nothing", call_nothing, METH_NOARGS, NULL},
    {"two", (PyCFunction)(void (*)(void))call_two, METH_FASTCALL, NULL},
    {"add_ints", call_add_ints, METH_O, NULL},
    {"add_floats", call_add_floats, METH_O, NULL},
    {"add_bytes", call_add_bytes, METH_O, NULL},
    {"add_buffer", call_add_buffer, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "boundary_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_boundary_ext(void);
PyMODINIT_FUNC PyInit_boundary_ext(void)
{
    return PyModuleDef_Init(&definition);
}
