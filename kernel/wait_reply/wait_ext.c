/* wait_ext: wait_reply as a Python module, twice, against the limited API.
 *
 *   wait_reply        releases the GIL while it waits, as time.sleep does
 *   wait_reply_gil    does not: the whole program waits with it, and threads gain nothing
 *
 * Unlike Python's, neither looks after signals while it waits: Ctrl-C is answered afterwards. */
#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "wait_reply.h"

static PyObject *reply(PyObject *args, int release)
{
    long long request, delay_us;
    if (!PyArg_ParseTuple(args, "LL:wait_reply", &request, &delay_us)) {
        return NULL;
    }
    if (delay_us < 0) {
        PyErr_SetString(PyExc_ValueError, "sleep length must be non-negative");
        return NULL;
    }
    PyThreadState *state = release ? PyEval_SaveThread() : NULL;
    int64_t answer = wait_reply(request, delay_us);
    if (state) {
        PyEval_RestoreThread(state);
    }
    return PyLong_FromLongLong(answer);
}

static PyObject *call(PyObject *module, PyObject *args)
{
    (void)module;
    return reply(args, 1);
}

static PyObject *call_gil(PyObject *module, PyObject *args)
{
    (void)module;
    return reply(args, 0);
}

static PyMethodDef functions[] = {
    {"wait_reply", call, METH_VARARGS, "wait_reply(request, delay_us)\n--\n\nWithout the GIL."},
    {"wait_reply_gil", call_gil, METH_VARARGS,
     "wait_reply_gil(request, delay_us)\n--\n\nThe same, holding the GIL."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "wait_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_wait_ext(void);
PyMODINIT_FUNC PyInit_wait_ext(void)
{
    return PyModuleDef_Init(&definition);
}
