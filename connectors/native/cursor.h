/* Steps over Avro bytes: each checks that what it takes is there. */

#ifndef MANIFOLD_CURSOR_H
#define MANIFOLD_CURSOR_H

#include "reader.h"

typedef const uint8_t *cursor; /* the next byte; NULL after an exception */

extern PyObject *malformed; /* the exception class */

/* Raise, and give NULL. */
cursor early(void);
cursor refuse(const char *reason);

/* An unsigned variable-length integer. */
cursor long_varint(cursor p, cursor end, uint64_t *into);

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

/* Step over what so many steps stand for. */
cursor skip(const step *s, size_t steps, cursor p, cursor end);

#endif
