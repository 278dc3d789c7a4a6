/* Decimals: scaled integers in the fewest bytes, big-endian, with a sign. */

#include "output.h"

PyObject *
decimal_of(const uint8_t *p, size_t size)
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

static inline void
put_big_endian(output *o, uint64_t number, size_t size)
{
    for (size_t left = size; left > 0; left--)
        *o->at++ = (uint8_t)(number >> (8 * (left - 1)));
}

/* In the fewest bytes that hold the number and its sign. */
static inline size_t
signed_size(int64_t number)
{
    uint64_t bits = (uint64_t)(number ^ (number >> 63));
    size_t size = 1;
    for (bits >>= 7; bits > 0; bits >>= 8)
        size++;
    return size;
}

static int
put_long_decimal(output *o, PyObject *value)
{
    PyObject *bits = PyLong_FromLong(64);
    PyObject *upper = bits == NULL ? NULL : PyNumber_Rshift(value, bits);
    Py_XDECREF(bits);
    if (upper == NULL)
        return -1;
    int overflow;
    int64_t high = PyLong_AsLongLongAndOverflow(upper, &overflow);
    Py_DECREF(upper);
    size_t size = 8 + signed_size(high);
    uint64_t low = PyLong_AsUnsignedLongLongMask(value);
    if (PyErr_Occurred())
        return -1;
    if (overflow || size > DECIMAL_BYTES) {
        PyErr_SetString(PyExc_IndexError, "a decimal is longer than 28 digits");
        return -1;
    }
    put_number(o, (int64_t)size);
    put_big_endian(o, (uint64_t)high, size - 8);
    put_big_endian(o, low, 8);
    return 0;
}

int
put_decimal(output *o, PyObject *value)
{
    if (!PyLong_Check(value)) {
        PyErr_Format(PyExc_TypeError, "a scaled integer is wanted, not %s",
                     Py_TYPE(value)->tp_name);
        return -1;
    }
    int overflow;
    int64_t number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow)
        return put_long_decimal(o, value);
    size_t size = signed_size(number);
    *o->at++ = (uint8_t)(2 * size);
    put_big_endian(o, (uint64_t)number, size);
    return 0;
}
