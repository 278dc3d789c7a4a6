/* Programs for reading, made of tuples:
     group   (step, ...)
     step    (name, flags, index of the value or -1, what it is about)
     record  (class, direct, names of its values, how many of them are positional, group,
              constants: ((index, value), ...)) */

#include "reader.h"

/* In the order of `enum code`. */
static const char *const names[] = {
    "skip number", "skip span", "skip fixed", "skip group", "skip array",
    "string", "bytes", "int", "long", "decimal", "date", "boolean", "float", "double", "symbol",
    "keep", "array", "record", NULL,
};

static void clear_group(group *cleared);

void
clear_record(record *cleared)
{
    clear_group(&cleared->fields);
    Py_XDECREF(cleared->type);
    Py_XDECREF(cleared->keywords);
    Py_XDECREF(cleared->values);
    PyMem_Free(cleared->targets);
}

static void
clear_group(group *cleared)
{
    for (size_t at = 0; at < cleared->count; at++) {
        step *s = &cleared->steps[at];
        if (s->code == SYMBOL)
            Py_XDECREF(s->of.symbols);
        else if (s->code == RECORD && s->of.record != NULL) {
            clear_record(s->of.record);
            PyMem_Free(s->of.record);
        }
        else if (s->code != RECORD && s->of.group != NULL) {
            clear_group(s->of.group);
            PyMem_Free(s->of.group);
        }
    }
    PyMem_Free(cleared->steps);
    cleared->steps = NULL;
    cleared->count = 0;
}

/* Where the values of a group go: without targets, as of an array's item, to the first place. */
typedef struct {
    const Py_ssize_t *of;
    Py_ssize_t count;
} targets;

static int make_group(PyObject *program, targets to, group *made);

static int
make_step(PyObject *program, targets to, step *made)
{
    PyObject *name, *about;
    int flags;
    Py_ssize_t index;
    if (!is_tuple(program) || !PyArg_ParseTuple(program, "UinO", &name, &flags, &index, &about))
        return -1;
    int code = code_of(name, names);
    if (code < 0)
        return -1;
    if (index >= to.count || (code >= TEXT && index < 0)) {
        PyErr_SetString(PyExc_ValueError, "a value has no place");
        return -1;
    }
    made->target = index < 0 ? 0 : to.of[index];
    made->in_union = (uint8_t)flags;
    made->null = flags & NULL_LAST ? 2 : 0;
    made->some = flags & NULL_LAST ? 0 : 2;
    made->code = (uint8_t)code;
    static const Py_ssize_t only[] = {0};
    switch (code) {
    case SKIP_FIXED:
        made->size = (uint16_t)PyLong_AsLong(about);
        return PyErr_Occurred() ? -1 : 0;
    case SYMBOL:
        if (!is_tuple(about))
            return -1;
        if (PyTuple_GET_SIZE(about) > 64) {
            PyErr_SetString(PyExc_ValueError, "an enumeration has 64 symbols at most");
            return -1;
        }
        made->size = (uint16_t)PyTuple_GET_SIZE(about);
        made->of.symbols = Py_NewRef(about);
        return 0;
    case SKIP_GROUP:
    case SKIP_ARRAY:
    case KEEP:
    case ARRAY:
        if ((made->of.group = PyMem_Calloc(1, sizeof(group))) == NULL)
            return PyErr_NoMemory(), -1;
        return make_group(about, (targets){only, code == ARRAY}, made->of.group);
    case RECORD:
        if ((made->of.record = PyMem_Calloc(1, sizeof(record))) == NULL)
            return PyErr_NoMemory(), -1;
        return make_record(about, made->of.record);
    default:
        return 0;
    }
}

static size_t
smallest(const step *s)
{
    if (s->in_union)
        return 1;
    switch (s->code) {
    case SKIP_FIXED:
        return s->size;
    case FLOAT:
        return 4;
    case DOUBLE:
        return 8;
    case SKIP_GROUP:
    case KEEP:
        return s->of.group->smallest;
    case RECORD:
        return s->of.record->fields.smallest;
    default:
        return 1;
    }
}

static int
make_group(PyObject *program, targets to, group *made)
{
    if (!is_tuple(program))
        return -1;
    if (PyTuple_GET_SIZE(program) == 0) {
        PyErr_SetString(PyExc_ValueError, "a group has no steps");
        return -1;
    }
    size_t count = (size_t)PyTuple_GET_SIZE(program);
    if ((made->steps = PyMem_Calloc(count, sizeof(step))) == NULL)
        return PyErr_NoMemory(), -1;
    for (size_t at = 0; at < count; at++) {
        made->count = at + 1; /* so that what a failed step holds is freed */
        if (make_step(PyTuple_GET_ITEM(program, (Py_ssize_t)at), to, &made->steps[at]) < 0)
            return -1;
        made->smallest += smallest(&made->steps[at]);
    }
    for (size_t at = count, run = 0; at > 0; at--) {
        run = made->steps[at - 1].code < TEXT ? run + 1 : 0;
        made->steps[at - 1].run = (uint16_t)(run < UINT16_MAX ? run : UINT16_MAX);
    }
    return 0;
}

/* The places of a record's values: slots of its instances, or arguments of a call. */
static int
make_places(PyObject *value_names, record *made, Py_ssize_t *places)
{
    for (size_t at = 0; at < made->count; at++) {
        PyObject *name = PyTuple_GET_ITEM(value_names, (Py_ssize_t)at);
        places[at] = made->direct ? slot_of(made->type, name) : (Py_ssize_t)(at * sizeof(PyObject *));
        if (made->direct && places[at] == 0) {
            PyErr_Format(PyExc_TypeError, "%R has no slot for %R", made->type, name);
            return -1;
        }
    }
    return 0;
}

static int
make_constants(PyObject *constants, targets to, record *made)
{
    made->constants = (size_t)PyTuple_GET_SIZE(constants);
    made->values = PyTuple_New((Py_ssize_t)made->constants);
    made->targets = PyMem_Calloc(made->constants + 1, sizeof(Py_ssize_t));
    if (made->values == NULL || made->targets == NULL)
        return PyErr_NoMemory(), -1;
    for (size_t at = 0; at < made->constants; at++) {
        Py_ssize_t index;
        PyObject *value;
        PyObject *constant = PyTuple_GET_ITEM(constants, (Py_ssize_t)at);
        if (!is_tuple(constant) || !PyArg_ParseTuple(constant, "nO", &index, &value))
            return -1;
        if (index < 0 || index >= to.count) {
            PyErr_SetString(PyExc_ValueError, "a constant has no place");
            return -1;
        }
        made->targets[at] = to.of[index];
        PyTuple_SET_ITEM(made->values, (Py_ssize_t)at, Py_NewRef(value));
    }
    return 0;
}

int
make_record(PyObject *program, record *made)
{
    PyObject *type, *value_names, *fields, *constants;
    Py_ssize_t positional;
    if (!is_tuple(program) ||
        !PyArg_ParseTuple(program, "O!pO!nO!O!", &PyType_Type, &type, &made->direct, &PyTuple_Type,
                          &value_names, &positional, &PyTuple_Type, &fields, &PyTuple_Type,
                          &constants))
        return -1;
    made->type = (PyTypeObject *)Py_NewRef(type);
    if (made->direct && PyType_IS_GC(made->type)) {
        PyErr_SetString(PyExc_TypeError, "instances that are collected are made by a call");
        return -1;
    }
    Py_ssize_t count = PyTuple_GET_SIZE(value_names);
    if (positional < 0 || positional > count || count > 256) {
        PyErr_SetString(PyExc_ValueError, "a record has 256 values at most");
        return -1;
    }
    made->count = (size_t)count;
    made->positional = (size_t)positional;
    if (positional < count &&
        (made->keywords = PyTuple_GetSlice(value_names, positional, count)) == NULL)
        return -1;
    Py_ssize_t places[256];
    if (make_places(value_names, made, places) < 0 ||
        make_constants(constants, (targets){places, count}, made) < 0)
        return -1;
    return make_group(fields, (targets){places, count}, &made->fields);
}

