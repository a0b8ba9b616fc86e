/* dot_ext: dot_product as a Python module. The buffer protocol hands out the address of the doubles
 * that an array.array (or a numpy array, or a memoryview) holds already: whatever their number,
 * nothing is converted. (The buffer protocol joined the limited API with Python 3.11 only; so this
 * module is for one version of Python.) */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

double dot_product(const double *xs, const double *ys, size_t n);

/* A view of contiguous doubles; the caller releases it. Returns -1 with an exception set. */
static int doubles(PyObject *object, Py_buffer *view)
{
    if (PyObject_GetBuffer(object, view, PyBUF_FORMAT | PyBUF_ND)) {
        return -1;
    }
    if (view->ndim == 1 && view->itemsize == (Py_ssize_t)sizeof(double) &&
        strcmp(view->format, "d") == 0) {
        return 0;
    }
    PyErr_SetString(PyExc_TypeError, "a flat array of doubles is wanted, like array('d')");
    PyBuffer_Release(view);
    return -1;
}

static PyObject *call(PyObject *module, PyObject *args)
{
    (void)module;
    PyObject *first, *second, *result = NULL;
    Py_buffer xs, ys;
    if (!PyArg_ParseTuple(args, "OO:dot_product", &first, &second) || doubles(first, &xs)) {
        return NULL;
    }
    if (doubles(second, &ys)) {
        goto out_xs;
    }
    if (xs.shape[0] != ys.shape[0]) {
        PyErr_SetString(PyExc_ValueError, "the arrays have different lengths");
        goto out_ys;
    }
    PyThreadState *state = PyEval_SaveThread();
    double total = dot_product(xs.buf, ys.buf, (size_t)xs.shape[0]);
    PyEval_RestoreThread(state);
    result = PyFloat_FromDouble(total);
out_ys:
    PyBuffer_Release(&ys);
out_xs:
    PyBuffer_Release(&xs);
    return result;
}

static PyMethodDef functions[] = {
    {"dot_product", call, METH_VARARGS, "dot_product(xs, ys)\n--\n\nOf two arrays of doubles."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "dot_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_dot_ext(void);
PyMODINIT_FUNC PyInit_dot_ext(void)
{
    return PyModuleDef_Init(&definition);
}
