/* The native codec's module: readers and writers of Avro, made of programs. */

#include "avro.h"

#include <datetime.h>
#include <structmember.h>

#define EPOCH 719163     /* ordinal of 1970-01-01 */
#define LAST_DAY 3652059 /* ordinal of 9999-12-31 */
#define DATES 1024
#define TEXTS 2048
#define LONGEST_TEXT 16

typedef struct {
    uint64_t key[2];
    size_t size;
    PyObject *text;
} cached_text;

static struct {
    int64_t day;
    PyObject *date;
} dates[DATES];
static cached_text texts[TEXTS];
static PyObject *from_ordinal;

int
caches_ready(void)
{
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL)
        return -1;
    from_ordinal = PyObject_GetAttrString((PyObject *)PyDateTimeAPI->DateType, "fromordinal");
    return from_ordinal == NULL ? -1 : 0;
}

PyObject *
date_of(int64_t day)
{
    if (day < 1 - EPOCH || day > LAST_DAY - EPOCH) {
        PyErr_SetString(PyExc_ValueError, "a date is outside the years 1 to 9999");
        return NULL;
    }
    size_t place = (uint64_t)day % DATES;
    if (dates[place].date == NULL || dates[place].day != day) {
        PyObject *ordinal = PyLong_FromLongLong(day + EPOCH);
        if (ordinal == NULL)
            return NULL;
        PyObject *date = PyObject_CallOneArg(from_ordinal, ordinal);
        Py_DECREF(ordinal);
        if (date == NULL)
            return NULL;
        dates[place].day = day;
        Py_XSETREF(dates[place].date, date);
    }
    return Py_NewRef(dates[place].date);
}

int
day_of(PyObject *date, int64_t *day)
{
    if (!PyDate_Check(date)) {
        PyErr_Format(PyExc_TypeError, "a date is wanted, not %s", Py_TYPE(date)->tp_name);
        return -1;
    }
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int year = PyDateTime_GET_YEAR(date), month = PyDateTime_GET_MONTH(date);
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    int64_t past = year - 1;
    int64_t ordinal = 365 * past + past / 4 - past / 100 + past / 400;
    ordinal += before[month - 1] + (month > 2 && leap) + PyDateTime_GET_DAY(date);
    *day = ordinal - EPOCH;
    return 0;
}

static inline PyObject *
decoded(const uint8_t *bytes, size_t size)
{
    return PyUnicode_DecodeUTF8((const char *)bytes, (Py_ssize_t)size, NULL);
}

/* Up to 16 bytes as two numbers. Reading on to the end of the input is quicker than a copy of
   just as many bytes. */
static inline void
key_of(const uint8_t *bytes, size_t size, const uint8_t *end, uint64_t key[2])
{
    key[0] = key[1] = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (end - bytes >= LONGEST_TEXT) {
        memcpy(key, bytes, LONGEST_TEXT);
        if (size < 8) {
            key[0] &= (UINT64_C(1) << (8 * size)) - 1;
            key[1] = 0;
        }
        else if (size < 16)
            key[1] &= (UINT64_C(1) << (8 * (size - 8))) - 1;
        return;
    }
#endif
    memcpy(key, bytes, size);
}

PyObject *
text_of(const uint8_t *bytes, size_t size, const uint8_t *end)
{
    if (size > LONGEST_TEXT)
        return decoded(bytes, size);
    uint64_t key[2];
    key_of(bytes, size, end, key);
    uint64_t mixed = (key[0] + size) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 32) ^ key[1]) * UINT64_C(0xC2B2AE3D27D4EB4F);
    cached_text *cached = &texts[(mixed >> 40) % TEXTS];
    if (cached->text != NULL && cached->key[0] == key[0] && cached->key[1] == key[1] &&
        cached->size == size)
        return Py_NewRef(cached->text);
    PyObject *text = decoded(bytes, size);
    if (text != NULL) {
        cached->key[0] = key[0];
        cached->key[1] = key[1];
        cached->size = size;
        Py_XSETREF(cached->text, Py_NewRef(text));
    }
    return text;
}

Py_ssize_t
slot_of(PyTypeObject *type, PyObject *name)
{
    PyObject *found = PyObject_GetAttr((PyObject *)type, name);
    if (found == NULL) {
        PyErr_Clear();
        return 0;
    }
    Py_ssize_t offset = 0;
    if (Py_IS_TYPE(found, &PyMemberDescr_Type)) {
        PyMemberDescrObject *descriptor = (PyMemberDescrObject *)found;
        if (descriptor->d_member->type == T_OBJECT_EX &&
            PyType_IsSubtype(type, PyDescr_TYPE(descriptor)))
            offset = descriptor->d_member->offset;
    }
    Py_DECREF(found);
    return offset;
}

int
is_tuple(PyObject *part)
{
    if (!PyTuple_Check(part))
        PyErr_SetString(PyExc_TypeError, "a program is made of tuples");
    return PyTuple_Check(part);
}

int
code_of(PyObject *name, const char *const *names)
{
    for (int code = 0; names[code] != NULL; code++)
        if (PyUnicode_CompareWithASCIIString(name, names[code]) == 0)
            return code;
    PyErr_Format(PyExc_ValueError, "no step is called %R", name);
    return -1;
}

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "connectors.native.avro",
    .m_doc = "Readers and writers of Avro, made of programs.",
    .m_size = -1,
};

PyMODINIT_FUNC
PyInit_avro(void)
{
    if (caches_ready() < 0 || PyType_Ready(&ReaderType) < 0 || PyType_Ready(&WriterType) < 0)
        return NULL;
    PyObject *made = PyModule_Create(&module);
    if (made != NULL && (PyModule_AddStringConstant(made, "sources", SOURCES) < 0 ||
                         PyModule_AddObjectRef(made, "Reader", (PyObject *)&ReaderType) < 0 ||
                         PyModule_AddObjectRef(made, "Writer", (PyObject *)&WriterType) < 0))
        Py_CLEAR(made);
    return made;
}
