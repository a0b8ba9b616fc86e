/* words_ext: word_count as a Python module, twice, against the limited API.
 *
 *   word_count        on Python's objects: what the interpreter did, without the interpreter
 *   word_count_table  on a table of C's own; strings and integers are made for distinct words alone
 *
 * The table takes ASCII. What white space is beyond it, Python knows: other text goes the first
 * way. */
#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "word_table.h"

/* counts[word] += 1; -1 with an exception set on failure. */
static int count_one(PyObject *counts, PyObject *word)
{
    PyObject *old = PyDict_GetItemWithError(counts, word); /* borrowed */
    if (!old && PyErr_Occurred()) {
        return -1;
    }
    size_t count = old ? PyLong_AsSize_t(old) : 0;
    PyObject *fresh = PyLong_FromSize_t(count + 1);
    if (!fresh) {
        return -1;
    }
    int failed = PyDict_SetItem(counts, word, fresh);
    Py_DECREF(fresh);
    return failed;
}

static PyObject *count_objects(PyObject *text)
{
    PyObject *words = PyUnicode_Split(text, NULL, -1);
    if (!words) {
        return NULL;
    }
    PyObject *counts = PyDict_New();
    Py_ssize_t length = PyList_Size(words);
    for (Py_ssize_t i = 0; counts && i < length; i++) {
        if (count_one(counts, PyList_GetItem(words, i))) {
            Py_CLEAR(counts);
        }
    }
    Py_DECREF(words);
    return counts;
}

static PyObject *dict_of(const struct word_table *table)
{
    PyObject *counts = PyDict_New();
    for (size_t i = 0; counts && i < table->count; i++) {
        const struct word *word = &table->words[i];
        PyObject *key = PyUnicode_FromStringAndSize(word->text, (Py_ssize_t)word->length);
        PyObject *value = PyLong_FromSize_t(word->count);
        if (!key || !value || PyDict_SetItem(counts, key, value)) {
            Py_CLEAR(counts);
        }
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return counts;
}

static int is_text(PyObject *object)
{
    if (!PyUnicode_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "a str is wanted");
        return 0;
    }
    return 1;
}

static PyObject *call_objects(PyObject *module, PyObject *text)
{
    (void)module;
    return is_text(text) ? count_objects(text) : NULL;
}

static PyObject *call_table(PyObject *module, PyObject *text)
{
    (void)module;
    if (!is_text(text)) {
        return NULL;
    }
    PyObject *ascii = PyUnicode_AsASCIIString(text);
    if (!ascii) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
            return NULL;
        }
        PyErr_Clear();
        return count_objects(text);
    }
    struct word_table table;
    PyObject *counts = NULL;
    if (word_table_count(&table, PyBytes_AsString(ascii), (size_t)PyBytes_Size(ascii))) {
        counts = dict_of(&table);
    } else {
        PyErr_NoMemory();
    }
    word_table_free(&table);
    Py_DECREF(ascii);
    return counts;
}

static PyMethodDef functions[] = {
    {"word_count", call_objects, METH_O, "word_count(text)\n--\n\nOn Python's objects."},
    {"word_count_table", call_table, METH_O, "word_count_table(text)\n--\n\nOn C's own table."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "words_ext",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit_words_ext(void);
PyMODINIT_FUNC PyInit_words_ext(void)
{
    return PyModuleDef_Init(&definition);
}
