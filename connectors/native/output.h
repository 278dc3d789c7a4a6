/* Bytes under construction. */

#ifndef MANIFOLD_OUTPUT_H
#define MANIFOLD_OUTPUT_H

#include "avro.h"

#define ON_STACK 4096
#define LONGEST_NUMBER 10

/* On the stack until they are too many. */
typedef struct {
    uint8_t *at, *end, *start;
    uint8_t small[ON_STACK];
} output;

/* -1 with an exception set when there is no memory. */
static inline int
grow(output *o, size_t more)
{
    size_t used = (size_t)(o->at - o->start);
    size_t size = 2 * (used + more);
    uint8_t *larger = PyMem_Realloc(o->start == o->small ? NULL : o->start, size);
    if (larger == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (o->start == o->small)
        memcpy(larger, o->small, used);
    o->start = larger;
    o->at = larger + used;
    o->end = larger + size;
    return 0;
}

static inline int
room(output *o, size_t more)
{
    return (size_t)(o->end - o->at) >= more ? 0 : grow(o, more);
}

/* There has to be room. */
static inline void
put_number(output *o, int64_t number)
{
    uint64_t rest = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
    while (rest > 127) {
        *o->at++ = (uint8_t)(rest | 128);
        rest >>= 7;
    }
    *o->at++ = (uint8_t)rest;
}

static inline int
put_bytes(output *o, const void *bytes, size_t size)
{
    if (room(o, size) < 0)
        return -1;
    memcpy(o->at, bytes, size);
    o->at += size;
    return 0;
}

static inline int
put_span(output *o, const void *bytes, size_t size)
{
    if (room(o, LONGEST_NUMBER + size) < 0)
        return -1;
    put_number(o, (int64_t)size);
    memcpy(o->at, bytes, size);
    o->at += size;
    return 0;
}

/* There has to be room. */
int put_decimal(output *o, PyObject *value);

#endif
