/* Readers: a program is made once from a plan, and then run over bytes.

   A program holds one step for each field of the writer's schema, in its order. Every step
   checks the bytes that it reads against their end. Nesting is that of the schema, which the
   plan has bounded. */

#include "avro.h"

/* In the order of `names`; the steps before TEXT give no value. */
enum code {
    SKIP_NUMBER, SKIP_SPAN, SKIP_FIXED, SKIP_GROUP, SKIP_ARRAY,
    TEXT, BYTES, NUMBER, DECIMAL, DATE, BOOLEAN, FLOAT, DOUBLE, SYMBOL, KEEP, ARRAY, RECORD,
};
static const char *const names[] = {
    "skip number", "skip span", "skip fixed", "skip group", "skip array",
    "string", "bytes", "number", "decimal", "date", "boolean", "float", "double", "symbol",
    "keep", "array", "record", NULL,
};

typedef struct step step;
typedef struct record record;

typedef struct {
    size_t count;
    size_t smallest; /* bytes that it takes at least */
    step *steps;
} group;

struct step {
    uint8_t code;
    uint8_t in_union; /* flags of avro.h */
    uint8_t null, some; /* bytes of the union's branches */
    uint16_t run; /* how many steps from here are skipped one after the other */
    uint16_t size; /* of a fixed value; number of symbols */
    Py_ssize_t target; /* where the value goes, in bytes from the record's values */
    union {
        group *group; /* what is skipped or kept; the item of an array */
        record *record;
        PyObject *symbols;
    } of;
};

struct record {
    PyTypeObject *type;
    int direct; /* values go to the slots of a new instance, not to a call */
    size_t count;
    size_t positional;
    PyObject *keywords;
    group fields;
    size_t constants;
    Py_ssize_t *targets;
    PyObject *values; /* of the constants, a tuple */
};

typedef const uint8_t *cursor;

static PyObject *malformed; /* the exception class */

static cursor
early(void)
{
    PyErr_SetString(PyExc_IndexError, "the bytes end early");
    return NULL;
}

static cursor
refuse(const char *reason)
{
    PyErr_SetString(malformed, reason);
    return NULL;
}

/* An unsigned variable-length integer. */
static cursor
long_varint(cursor p, cursor end, uint64_t *into)
{
    uint64_t x = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (p >= end)
            return early();
        uint64_t byte = *p++;
        if (shift == 63 && byte > 1) {
            /* As many bytes are read as generated readers read, for the same complaint. */
            return refuse("an integer is longer than 64 bits");
        }
        x |= (byte & 127) << shift;
        if (byte < 128) {
            *into = x;
            return p;
        }
    }
    return refuse("an integer is longer than 64 bits");
}

static inline cursor
varint(cursor p, cursor end, uint64_t *into)
{
    if (p < end && *p < 128) {
        *into = *p;
        return p + 1;
    }
    return long_varint(p, end, into);
}

/* The length of a string or of bytes; the bytes are there. */
static inline cursor
span(cursor p, cursor end, size_t *size)
{
    uint64_t x;
    if ((p = varint(p, end, &x)) == NULL)
        return NULL;
    if (x & 1)
        return refuse("a length is negative");
    x >>= 1;
    if (x > (uint64_t)(end - p))
        return early();
    *size = (size_t)x;
    return p;
}

/* The number of items of an array's next block; 0 is its end. */
static inline cursor
block(cursor p, cursor end, uint64_t *count)
{
    cursor start = p;
    uint64_t x, size;
    if ((p = varint(p, end, &x)) == NULL)
        return NULL;
    if (x & 1) {
        *count = (x >> 1) + 1;
        return varint(p, end, &size);
    }
    if (x == 0 && p - start > 1)
        return refuse("an array ends with a long zero");
    *count = x >> 1;
    return p;
}

static inline int64_t
zigzag(uint64_t x)
{
    return (int64_t)(x >> 1) ^ -(int64_t)(x & 1);
}

static cursor
skip(const step *s, size_t steps, cursor p, cursor end)
{
    for (const step *last = s + steps; s < last; s++) {
        if (s->in_union) {
            if (p >= end)
                return early();
            uint8_t branch = *p++;
            if (branch == s->null)
                continue;
            if (branch != s->some)
                return refuse("a union has no such branch");
        }
        uint64_t count;
        size_t size;
        switch (s->code) {
        case SKIP_NUMBER:
            do {
                if (p >= end)
                    return early();
            } while (*p++ > 127);
            break;
        case SKIP_SPAN:
            if ((p = span(p, end, &size)) == NULL)
                return NULL;
            p += size;
            break;
        case SKIP_FIXED:
            if ((size_t)(end - p) < s->size)
                return early();
            p += s->size;
            break;
        case SKIP_GROUP:
            if ((p = skip(s->of.group->steps, s->of.group->count, p, end)) == NULL)
                return NULL;
            break;
        default: /* SKIP_ARRAY; every item takes a byte at least, so the bytes bound the loop */
            do {
                if ((p = block(p, end, &count)) == NULL)
                    return NULL;
                for (uint64_t left = count; left > 0; left--)
                    if ((p = skip(s->of.group->steps, s->of.group->count, p, end)) == NULL)
                        return NULL;
            } while (count > 0);
        }
    }
    return p;
}

static PyObject *
decimal(cursor p, size_t size)
{
    if (size == 0)
        return PyLong_FromLong(0);
    size_t first = size > 8 ? size - 8 : size;
    int64_t high = (int8_t)*p++;
    for (size_t at = 1; at < first; at++)
        high = (int64_t)((uint64_t)high << 8 | *p++);
    if (size <= 8)
        return PyLong_FromLongLong(high);
    uint64_t low = 0;
    for (size_t at = 0; at < 8; at++)
        low = low << 8 | *p++;
    PyObject *upper = PyLong_FromLongLong(high), *lower = PyLong_FromUnsignedLongLong(low);
    PyObject *bits = PyLong_FromLong(64), *shifted = NULL, *whole = NULL;
    if (upper != NULL && lower != NULL && bits != NULL)
        shifted = PyNumber_Lshift(upper, bits);
    if (shifted != NULL)
        whole = PyNumber_Or(shifted, lower);
    Py_XDECREF(upper);
    Py_XDECREF(lower);
    Py_XDECREF(bits);
    Py_XDECREF(shifted);
    return whole;
}

static cursor take_all(const group *fields, cursor p, cursor end, char *values);
static cursor take_array(const group *item, cursor p, cursor end, PyObject **into);
static cursor take_record(const record *of, cursor p, cursor end, PyObject **into);

/* Read the value of one step. */
static inline cursor
take(const step *s, cursor p, cursor end, PyObject **into)
{
    uint64_t x;
    size_t size;
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
    case NUMBER:
        if ((p = varint(p, end, &x)) == NULL)
            return NULL;
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
        value = decimal(p, size);
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
    uint64_t count;
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

/* Programs are tuples:
     group   (step, ...)
     step    (name, flags, index of the value or -1, what it is about)
     record  (class, direct, names of its values, how many of them are positional, group,
              constants: ((index, value), ...)) */

static void clear_group(group *cleared);

static void
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

static int make_record(PyObject *program, record *made);

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
    if (!PyArg_ParseTuple(program, "UinO", &name, &flags, &index, &about))
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
        if (!PyTuple_Check(about) || PyTuple_GET_SIZE(about) > 64) {
            PyErr_SetString(PyExc_TypeError, "symbols are a tuple of 64 at most");
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
    if (!PyTuple_Check(program) || PyTuple_GET_SIZE(program) == 0) {
        PyErr_SetString(PyExc_TypeError, "a group is a tuple of steps");
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
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(constants, (Py_ssize_t)at), "nO", &index, &value))
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

static int
make_record(PyObject *program, record *made)
{
    PyObject *type, *value_names, *fields, *constants;
    Py_ssize_t positional;
    if (!PyArg_ParseTuple(program, "O!pO!nO!O!", &PyType_Type, &type, &made->direct, &PyTuple_Type,
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
