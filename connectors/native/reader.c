/* Readers: a program is made once from a plan, and then run over bytes.

   Nesting is that of the schema, which the plan has bounded. */

#include "cursor.h"

static cursor take_all(const group *fields, cursor p, cursor end, char *values);
static cursor take_array(const group *item, cursor p, cursor end, PyObject **into);
static cursor take_record(const record *of, cursor p, cursor end, PyObject **into);

/* Read the value of one step. */
static inline cursor
take(const step *s, cursor p, cursor end, PyObject **into)
{
    uint64_t x;
    size_t size = 0;
    cursor start;
    PyObject *value;
    switch (s->code) {
    case TEXT:
        if ((p = span(p, end, &size)) == NULL)
            return NULL;
        value = text_of(p, size, end);
        p += size;
        break;
    case BYTES:
        if ((p = span(p, end, &size)) == NULL)
            return NULL;
        value = PyBytes_FromStringAndSize((const char *)p, (Py_ssize_t)size);
        p += size;
        break;
    case INT:
    case LONG:
        if ((p = varint(p, end, &x)) == NULL)
            return NULL;
        if (s->code == INT && x >> 32)
            return refuse("an integer is longer than 32 bits");
        value = PyLong_FromLongLong(zigzag(x));
        break;
    case DATE:
        if ((p = varint(p, end, &x)) == NULL)
            return NULL;
        value = date_of(zigzag(x));
        break;
    case DECIMAL:
        if (p >= end)
            return early();
        x = *p++;
        if (x > 2 * DECIMAL_BYTES || x & 1)
            return refuse("a decimal is longer than 28 digits");
        size = (size_t)x >> 1;
        if (size > (size_t)(end - p))
            return early();
        value = decimal_of(p, size);
        p += size;
        break;
    case BOOLEAN:
        if (p >= end)
            return early();
        if (*p > 1)
            return refuse("not a boolean");
        value = PyBool_FromLong(*p++);
        break;
    case FLOAT:
    case DOUBLE:
        size = s->code == FLOAT ? 4 : 8;
        if ((size_t)(end - p) < size)
            return early();
        value = PyFloat_FromDouble(size == 4 ? PyFloat_Unpack4((const char *)p, 1)
                                             : PyFloat_Unpack8((const char *)p, 1));
        p += size;
        break;
    case SYMBOL:
        if (p >= end)
            return early();
        value = *p & 1 || *p >> 1 >= s->size ? Py_None
                                             : PyTuple_GET_ITEM(s->of.symbols, *p >> 1);
        if (value == Py_None) {
            PyErr_SetString(PyExc_KeyError, "an enumeration has no such symbol");
            return NULL;
        }
        Py_INCREF(value);
        p++;
        break;
    case KEEP:
        start = p;
        if ((p = skip(s->of.group->steps, s->of.group->count, p, end)) == NULL)
            return NULL;
        value = PyBytes_FromStringAndSize((const char *)start, p - start);
        break;
    case ARRAY:
        return take_array(s->of.group, p, end, into);
    default:
        return take_record(s->of.record, p, end, into);
    }
    *into = value;
    return value == NULL ? NULL : p;
}

/* Read a record's fields, or an array's item. */
static cursor
take_all(const group *fields, cursor p, cursor end, char *values)
{
    const step *last = fields->steps + fields->count;
    for (const step *s = fields->steps; s < last; s++) {
        if (s->code < TEXT) {
            if ((p = skip(s, s->run, p, end)) == NULL)
                return NULL;
            s += s->run - 1;
            continue;
        }
        PyObject **into = (PyObject **)(values + s->target);
        if (s->in_union) {
            if (p >= end)
                return early();
            uint8_t branch = *p++;
            if (branch == s->null) {
                if (s->in_union & MANDATORY)
                    return refuse("a mandatory field is null");
                *into = Py_NewRef(Py_None);
                continue;
            }
            if (branch != s->some)
                return refuse("a union has no such branch");
        }
        if ((p = take(s, p, end, into)) == NULL)
            return NULL;
    }
    return p;
}

static cursor
take_array(const group *item, cursor p, cursor end, PyObject **into)
{
    PyObject *items = NULL;
    uint64_t count = 0;
    for (;;) {
        if ((p = block(p, end, &count)) == NULL || count == 0)
            break;
        /* No more than the rest of the bytes can hold: reading fails before it runs over. */
        size_t fitting = (size_t)(end - p) / item->smallest + 1;
        Py_ssize_t filled = items == NULL ? 0 : PyTuple_GET_SIZE(items);
        Py_ssize_t size = filled + (Py_ssize_t)(count < fitting ? count : fitting);
        if (items == NULL)
            items = PyTuple_New(size);
        else
            _PyTuple_Resize(&items, size);
        if (items == NULL)
            return NULL;
        for (; count > 0; count--) {
            PyObject **values = &PyTuple_GET_ITEM(items, 0);
            if (filled == size)
                p = early();
            else
                p = take_all(item, p, end, (char *)(values + filled));
            if (p == NULL)
                break;
            filled++;
        }
        if (p == NULL)
            break;
    }
    if (p == NULL) {
        Py_XDECREF(items);
        return NULL;
    }
    *into = items == NULL ? PyTuple_New(0) : items;
    return *into == NULL ? NULL : p;
}

/* Read a record by calling its class. */
static cursor
take_called(const record *of, cursor p, cursor end, PyObject **into)
{
    PyObject *values[of->count + 1];
    memset(values, 0, sizeof values);
    for (size_t at = 0; at < of->constants; at++)
        *(PyObject **)((char *)values + of->targets[at]) =
            Py_NewRef(PyTuple_GET_ITEM(of->values, (Py_ssize_t)at));
    if ((p = take_all(&of->fields, p, end, (char *)values)) != NULL) {
        *into = PyObject_Vectorcall((PyObject *)of->type, values, of->positional, of->keywords);
        if (*into == NULL)
            p = NULL;
    }
    for (size_t at = 0; at < of->count; at++)
        Py_XDECREF(values[at]);
    return p;
}

static cursor
take_record(const record *of, cursor p, cursor end, PyObject **into)
{
    if (!of->direct)
        return take_called(of, p, end, into);
    PyObject *made = PyObject_New(PyObject, of->type);
    if (made == NULL)
        return NULL;
    memset(made + 1, 0, (size_t)of->type->tp_basicsize - sizeof(PyObject));
    for (size_t at = 0; at < of->constants; at++)
        *(PyObject **)((char *)made + of->targets[at]) =
            Py_NewRef(PyTuple_GET_ITEM(of->values, (Py_ssize_t)at));
    if ((p = take_all(&of->fields, p, end, (char *)made)) == NULL)
        Py_DECREF(made);
    else
        *into = made;
    return p;
}

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    record program;
} Reader;

static PyObject *
read_call(PyObject *self, PyObject *const *arguments, size_t given, PyObject *keywords)
{
    if (PyVectorcall_NARGS(given) != 2 || keywords != NULL || !PyBytes_Check(arguments[0])) {
        PyErr_SetString(PyExc_TypeError, "a reader takes bytes and an offset");
        return NULL;
    }
    Py_ssize_t start = PyLong_AsSsize_t(arguments[1]);
    if (start < 0 || start > PyBytes_GET_SIZE(arguments[0])) {
        if (!PyErr_Occurred())
            early();
        return NULL;
    }
    cursor bytes = (cursor)PyBytes_AS_STRING(arguments[0]);
    cursor end = bytes + PyBytes_GET_SIZE(arguments[0]);
    PyObject *made = NULL;
    cursor p = take_record(&((Reader *)self)->program, bytes + start, end, &made);
    if (p == NULL)
        return NULL;
    if (p < end) {
        Py_DECREF(made);
        refuse("the record does not end where its schema ends");
        return NULL;
    }
    return made;
}

static PyObject *
reader_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    PyObject *program, *exception;
    static char *parameters[] = {"program", "malformed", NULL};
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O!O", parameters, &PyTuple_Type,
                                     &program, &exception))
        return NULL;
    Reader *self = (Reader *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->call = read_call;
    Py_XSETREF(malformed, Py_NewRef(exception));
    if (make_record(program, &self->program) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void
reader_dealloc(PyObject *self)
{
    clear_record(&((Reader *)self)->program);
    Py_TYPE(self)->tp_free(self);
}

PyTypeObject ReaderType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "connectors.native.avro.Reader",
    .tp_doc = "Reads a Struct from bytes, from an offset to their end.",
    .tp_basicsize = sizeof(Reader),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(Reader, call),
    .tp_call = PyVectorcall_Call,
    .tp_new = reader_new,
    .tp_dealloc = reader_dealloc,
};
