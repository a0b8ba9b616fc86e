/* clamp_ext: clamp and clamp_all as a Python module. The numbers stay Python's and are compared as
 * Python compares them, so integers may be of any size and floats are welcome.
 *
 * METH_FASTCALL passes the arguments without a tuple; the limited API has it from Python 3.10 on
 * only, so this module is for one version of Python. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* A new reference to what value becomes; NULL with an exception set when they cannot be compared.
 */
static PyObject *clamp_one(PyObject *value, PyObject *low, PyObject *high)
{
    PyObject *result = value;
    int outside = PyObject_RichCompareBool(value, low, Py_LT);
    if (outside > 0) {
        result = low;
    } else if (outside == 0) {
        outside = PyObject_RichCompareBool(value, high, Py_GT);
        if (outside > 0) {
            result = high;
        }
    }
    if (outside < 0) {
        return NULL;
    }
    Py_INCREF(result);
    return result;
}

static int takes_three(const char *name, Py_ssize_t count)
{
    if (count != 3) {
        PyErr_Format(PyExc_TypeError, "%s takes 3 arguments, not %zd", name, count);
    }
    return count == 3;
}

static PyObject *call_clamp(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    return takes_three("clamp", count) ? clamp_one(args[0], args[1], args[2]) : NULL;
}

static PyObject *call_clamp_all(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    (void)module;
    if (!takes_three("clamp_all", count)) {
        return NULL;
    }
    /* A list that nobody else can change while numbers of unknown types are being compared. */
    PyObject *result = PySequence_List(args[0]);
    for (Py_ssize_t i = 0; result && i < PyList_GET_SIZE(result); i++) {
        PyObject *old = PyList_GET_ITEM(result, i);
        PyObject *fresh = clamp_one(old, args[1], args[2]);
        if (fresh) {
            PyList_SET_ITEM(result, i, fresh);
            Py_DECREF(old);
        } else {
            Py_CLEAR(result);
        }
    }
    return result;
}

static PyMethodDef functions[] = {
    {"clamp", (PyCFunction)(void (*)(void))call_clamp, METH_FASTCALL,
     "clamp(value, low, high)\n--\n\nOne number."},
    {"clamp_all", (PyCFunction)(void (*)(void))call_clamp_all, METH_FASTCALL,
     "clamp_all(values, low, high)\n--\n\nA list of them."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "clamp_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_clamp_ext(void);
PyMODINIT_FUNC PyInit_clamp_ext(void)
{
    return PyModuleDef_Init(&definition);
}
