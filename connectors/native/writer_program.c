/* Programs for writing, made of tuples:
     step    (name, flags, attribute, what it is about)
     record  (class, (step, ...)) */

#include "writer.h"

/* In the order of `enum code`. */
static const char *const names[] = {
    "fixed", "splice", "string", "bytes", "int", "long", "decimal", "date", "boolean", "float",
    "double", "symbol", "array", "record", NULL,
};

void
clear_record_writer(record *cleared)
{
    for (size_t at = 0; at < cleared->count; at++) {
        step *s = &cleared->steps[at];
        Py_XDECREF(s->name);
        Py_XDECREF(s->about);
        if (s->record != NULL) {
            clear_record_writer(s->record);
            PyMem_Free(s->record);
        }
    }
    PyMem_Free(cleared->steps);
    Py_XDECREF(cleared->type);
}

static int
make_step(PyObject *program, PyTypeObject *type, step *made)
{
    PyObject *name, *attribute, *about;
    int flags;
    if (!is_tuple(program) || !PyArg_ParseTuple(program, "UiUO", &name, &flags, &attribute, &about))
        return -1;
    int code = code_of(name, names);
    if (code < 0)
        return -1;
    made->code = (uint8_t)code;
    made->in_union = (uint8_t)flags;
    made->null = flags & NULL_LAST ? 2 : 0;
    made->some = flags & NULL_LAST ? 0 : 2;
    made->name = Py_NewRef(attribute);
    PyUnicode_InternInPlace(&made->name);
    made->slot = slot_of(type, made->name);
    if (code == ARRAY || code == RECORD) {
        if ((made->record = PyMem_Calloc(1, sizeof(record))) == NULL)
            return PyErr_NoMemory(), -1;
        return make_record_writer(about, made->record);
    }
    if ((code == FIXED && !PyBytes_Check(about)) || (code == SYMBOL && !PyDict_Check(about))) {
        PyErr_SetString(PyExc_TypeError, "a step is about bytes or a dictionary");
        return -1;
    }
    made->about = Py_NewRef(about);
    return 0;
}

int
make_record_writer(PyObject *program, record *made)
{
    PyObject *type, *steps;
    if (!is_tuple(program) ||
        !PyArg_ParseTuple(program, "O!O!", &PyType_Type, &type, &PyTuple_Type, &steps))
        return -1;
    made->type = (PyTypeObject *)Py_NewRef(type);
    size_t count = (size_t)PyTuple_GET_SIZE(steps);
    if (count == 0) {
        PyErr_SetString(PyExc_ValueError, "a record has no fields");
        return -1;
    }
    if ((made->steps = PyMem_Calloc(count, sizeof(step))) == NULL)
        return PyErr_NoMemory(), -1;
    for (size_t at = 0; at < count; at++) {
        made->count = at + 1; /* so that what a failed step holds is freed */
        if (make_step(PyTuple_GET_ITEM(steps, (Py_ssize_t)at), made->type, &made->steps[at]) < 0)
            return -1;
    }
    return 0;
}

