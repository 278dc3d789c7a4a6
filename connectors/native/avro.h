/* What the two halves of the native codec share. */

#ifndef MANIFOLD_AVRO_H
#define MANIFOLD_AVRO_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_BYTES 12 /* 28 digits and a sign */

/* How a value stands in a union with null. */
#define UNION 1
#define NULL_LAST 2
#define MANDATORY 4

extern PyTypeObject ReaderType, WriterType;

/* Dates by day since 1970, and short strings by their bytes, that were made lately. */
int caches_ready(void);
PyObject *date_of(int64_t day);
int day_of(PyObject *date, int64_t *day);
PyObject *text_of(const uint8_t *bytes, size_t size, const uint8_t *end);

/* The integer of so many bytes, big-endian, 12 at most. */
PyObject *decimal_of(const uint8_t *bytes, size_t size);

/* Where instances keep an attribute in a slot, or 0 when it is none. */
Py_ssize_t slot_of(PyTypeObject *type, PyObject *name);

/* Whether a part of a program is a tuple; otherwise an exception is set. */
int is_tuple(PyObject *part);

/* The index of a step's name in a list that ends with NULL; -1 with an exception set. */
int code_of(PyObject *name, const char *const *names);

#endif
