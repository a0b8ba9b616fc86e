/* escape_ext: escape_html as a Python module that looks at the characters where str keeps them: one
 * pass to count, one to write, and no piece is ever made. A str has 1, 2 or 4 bytes per character,
 * whichever its widest needs, so everything is there three times. The limited API shows no
 * characters, only copies of them; so this module is for one version of Python. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

struct entity {
    int growth; /* characters that it is longer than what it stands for */
    const char *text;
};

/* By character; '>' is the last that needs one, and none is as long as '\0'. */
static const struct entity entities['>' + 1] = {
    ['&'] = {4, "&amp;"},  ['<'] = {3, "&lt;"},    ['>'] = {3, "&gt;"},
    ['"'] = {5, "&quot;"}, ['\''] = {5, "&#x27;"},
};

#define CHARACTER Py_UCS1
#define NAME(x)   x##_1
#include "escape_width.h"
#define CHARACTER Py_UCS2
#define NAME(x)   x##_2
#include "escape_width.h"
#define CHARACTER Py_UCS4
#define NAME(x)   x##_4
#include "escape_width.h"

static Py_ssize_t growth_of(PyObject *text)
{
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        return growth_1(PyUnicode_1BYTE_DATA(text), length);
    case PyUnicode_2BYTE_KIND:
        return growth_2(PyUnicode_2BYTE_DATA(text), length);
    default:
        return growth_4(PyUnicode_4BYTE_DATA(text), length);
    }
}

static PyObject *call(PyObject *module, PyObject *text)
{
    (void)module;
    if (!PyUnicode_Check(text)) {
        PyErr_Format(PyExc_TypeError, "a str is wanted, not %.100s", Py_TYPE(text)->tp_name);
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    if (length > PY_SSIZE_T_MAX / 6) {
        return PyErr_NoMemory();
    }
    Py_ssize_t growth = growth_of(text);
    if (growth == 0 && PyUnicode_CheckExact(text)) {
        Py_INCREF(text);
        return text;
    }
    PyObject *result = PyUnicode_New(length + growth, PyUnicode_MAX_CHAR_VALUE(text));
    if (!result || length == 0) {
        return result;
    }
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND:
        escape_1(PyUnicode_1BYTE_DATA(text), length, PyUnicode_1BYTE_DATA(result));
        break;
    case PyUnicode_2BYTE_KIND:
        escape_2(PyUnicode_2BYTE_DATA(text), length, PyUnicode_2BYTE_DATA(result));
        break;
    default:
        escape_4(PyUnicode_4BYTE_DATA(text), length, PyUnicode_4BYTE_DATA(result));
        break;
    }
    return result;
}

static PyMethodDef functions[] = {
    {"escape_html", call, METH_O, "escape_html(text)\n--\n\nSafe to stand in an HTML page."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "escape_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_escape_ext(void);
PyMODINIT_FUNC PyInit_escape_ext(void)
{
    return PyModuleDef_Init(&definition);
}
