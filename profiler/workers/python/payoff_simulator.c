/* payoff_simulator: the brackets of the Python worker under Valgrind (workers/native/simulator.h has
 * those of the native one, and says what they do). Built by payoff with the interpreter's own
 * headers when it counts by simulation (lua/payoff/run/extension.lua); never in a timed run. */
#include <Python.h>
#include <valgrind/callgrind.h>

static PyObject *begin(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    Py_RETURN_NONE;
}

static PyObject *end(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    CALLGRIND_DUMP_STATS_AT("payoff");
    Py_RETURN_NONE;
}

static PyObject *child(PyObject *self, PyObject *none)
{
    (void)self, (void)none;
    CALLGRIND_ZERO_STATS;
    Py_RETURN_NONE;
}

static PyMethodDef functions[] = {
    {"begin", begin, METH_NOARGS, "Count from here on, from 0."},
    {"end", end, METH_NOARGS, "Write what was counted since begin()."},
    {"child", child, METH_NOARGS, "In a forked child: count from 0."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED}, /* else a free-threaded interpreter would lock again */
#endif
    {0, NULL},
};

static PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "payoff_simulator", NULL, 0, functions, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_payoff_simulator(void);
PyMODINIT_FUNC PyInit_payoff_simulator(void)
{
    return PyModuleDef_Init(&module);
}
