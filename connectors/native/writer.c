/* Writers: a program is made once from a plan, and then run over Structs.

   Every value is held while it is written, for code of a foreign class could run and drop it. */

#include "output.h"
#include "writer.h"

static int
unfit(const char *wanted, PyObject *value)
{
    PyErr_Format(PyExc_TypeError, "%s is wanted, not %s", wanted, Py_TYPE(value)->tp_name);
    return -1;
}

static int
too_large(void)
{
    PyErr_SetString(PyExc_OverflowError, "an integer is longer than its type");
    return -1;
}

static int
put_long(output *o, PyObject *value, int64_t limit)
{
    if (!PyLong_Check(value))
        return unfit("an integer", value);
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow || number > limit || number < -limit - 1)
        return too_large();
    put_number(o, number);
    return 0;
}

static int
put_date(output *o, PyObject *value)
{
    int64_t day;
    if (day_of(value, &day) < 0)
        return -1;
    put_number(o, day);
    return 0;
}

static int
put_boolean(output *o, PyObject *value)
{
    int one = value == Py_True, zero = value == Py_False;
    if (!one && !zero) { /* Python holds 1 and 1.0 equal to True */
        if ((one = PyObject_RichCompareBool(value, Py_True, Py_EQ)) < 0 ||
            (zero = PyObject_RichCompareBool(value, Py_False, Py_EQ)) < 0)
            return -1;
        if (!one && !zero)
            return unfit("a boolean", value);
    }
    *o->at++ = (uint8_t)one;
    return 0;
}

static int
put_real(output *o, PyObject *value, size_t size)
{
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred())
        return -1;
    int failed = size == 4 ? PyFloat_Pack4(number, (char *)o->at, 1)
                           : PyFloat_Pack8(number, (char *)o->at, 1);
    o->at += size;
    return failed;
}

static int
put_symbol(output *o, const step *s, PyObject *value)
{
    PyObject *index = PyDict_GetItemWithError(s->about, value);
    if (index == NULL) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_KeyError, "an enumeration has no such symbol");
        return -1;
    }
    put_number(o, PyLong_AsLong(index));
    return 0;
}

static int
put_text(output *o, PyObject *value)
{
    if (!PyUnicode_Check(value))
        return unfit("a string", value);
    Py_ssize_t size;
    const char *bytes = PyUnicode_AsUTF8AndSize(value, &size);
    return bytes == NULL ? -1 : put_span(o, bytes, (size_t)size);
}

static int
put_buffer(output *o, PyObject *value, int with_size)
{
    Py_buffer buffer;
    if (PyObject_GetBuffer(value, &buffer, PyBUF_SIMPLE) < 0)
        return -1;
    int failed = with_size ? put_span(o, buffer.buf, (size_t)buffer.len)
                           : put_bytes(o, buffer.buf, (size_t)buffer.len);
    PyBuffer_Release(&buffer);
    return failed;
}

static int put_record(output *o, const record *of, PyObject *value);
static int put_value(output *o, const step *s, PyObject *value);

static int
put_array(output *o, const step *item, PyObject *value)
{
    int any = PyObject_IsTrue(value);
    if (any < 0 || room(o, LONGEST_NUMBER) < 0)
        return -1;
    if (!any) {
        *o->at++ = 0;
        return 0;
    }
    if (PyObject_Size(value) < 0)
        return -1;
    PyObject *items = PySequence_Tuple(value); /* a tuple is its own */
    if (items == NULL)
        return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(items);
    put_number(o, count);
    for (Py_ssize_t at = 0; at < count; at++)
        if (put_value(o, item, PyTuple_GET_ITEM(items, at)) < 0) {
            Py_DECREF(items);
            return -1;
        }
    Py_DECREF(items);
    if (room(o, 1) < 0)
        return -1;
    *o->at++ = 0;
    return 0;
}

static int
put_value(output *o, const step *s, PyObject *value)
{
    if (room(o, 2 * LONGEST_NUMBER) < 0) /* for a branch, and whatever is short */
        return -1;
    if (s->in_union) {
        if (value == Py_None) {
            *o->at++ = s->null;
            return 0;
        }
        *o->at++ = s->some;
    }
    switch (s->code) {
    case SPLICE:
        return put_buffer(o, value, 0);
    case TEXT:
        return put_text(o, value);
    case BYTES:
        return put_buffer(o, value, 1);
    case INT:
        return put_long(o, value, INT32_MAX);
    case LONG:
        return put_long(o, value, INT64_MAX);
    case DECIMAL:
        return put_decimal(o, value);
    case DATE:
        return put_date(o, value);
    case BOOLEAN:
        return put_boolean(o, value);
    case FLOAT:
        return put_real(o, value, 4);
    case DOUBLE:
        return put_real(o, value, 8);
    case SYMBOL:
        return put_symbol(o, s, value);
    case ARRAY:
        return put_array(o, s->record->steps, value);
    default:
        return put_record(o, s->record, value);
    }
}

static int
put_record(output *o, const record *of, PyObject *value)
{
    int known = Py_IS_TYPE(value, of->type);
    const step *last = of->steps + of->count;
    for (const step *s = of->steps; s < last; s++) {
        if (s->code == FIXED) {
            if (put_bytes(o, PyBytes_AS_STRING(s->about), (size_t)PyBytes_GET_SIZE(s->about)) < 0)
                return -1;
            continue;
        }
        PyObject *held = NULL;
        if (known && s->slot != 0)
            held = Py_XNewRef(*(PyObject **)((char *)value + s->slot));
        if (held == NULL && (held = PyObject_GetAttr(value, s->name)) == NULL)
            return -1;
        int failed = put_value(o, s, held);
        Py_DECREF(held);
        if (failed)
            return -1;
    }
    return 0;
}

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *prefix;
    record program;
} Writer;

static PyObject *
write_call(PyObject *callable, PyObject *const *arguments, size_t given, PyObject *keywords)
{
    Writer *self = (Writer *)callable;
    if (PyVectorcall_NARGS(given) != 1 || keywords != NULL) {
        PyErr_SetString(PyExc_TypeError, "a writer takes a record");
        return NULL;
    }
    output o;
    o.start = o.at = o.small;
    o.end = o.small + ON_STACK;
    PyObject *value = Py_NewRef(arguments[0]), *written = NULL;
    if (put_bytes(&o, PyBytes_AS_STRING(self->prefix), (size_t)PyBytes_GET_SIZE(self->prefix)) == 0 &&
        put_record(&o, &self->program, value) == 0)
        written = PyBytes_FromStringAndSize((const char *)o.start, o.at - o.start);
    Py_DECREF(value);
    if (o.start != o.small)
        PyMem_Free(o.start);
    return written;
}

static PyObject *
writer_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    PyObject *program, *prefix;
    static char *parameters[] = {"program", "prefix", NULL};
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "O!O!", parameters, &PyTuple_Type,
                                     &program, &PyBytes_Type, &prefix))
        return NULL;
    Writer *self = (Writer *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->call = write_call;
    self->prefix = Py_NewRef(prefix);
    if (make_record_writer(program, &self->program) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static void
writer_dealloc(PyObject *self)
{
    Py_XDECREF(((Writer *)self)->prefix);
    clear_record_writer(&((Writer *)self)->program);
    Py_TYPE(self)->tp_free(self);
}

PyTypeObject WriterType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "connectors.native.avro.Writer",
    .tp_doc = "Gives the bytes of a Struct behind a prefix.",
    .tp_basicsize = sizeof(Writer),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(Writer, call),
    .tp_call = PyVectorcall_Call,
    .tp_new = writer_new,
    .tp_dealloc = writer_dealloc,
};
