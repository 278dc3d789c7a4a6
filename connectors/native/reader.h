/* Programs for reading: one step for each field of the writer's schema, in its order. */

#ifndef MANIFOLD_READER_H
#define MANIFOLD_READER_H

#include "avro.h"

/* The steps before TEXT give no value. */
enum code {
    SKIP_NUMBER, SKIP_SPAN, SKIP_FIXED, SKIP_GROUP, SKIP_ARRAY,
    TEXT, BYTES, INT, LONG, DECIMAL, DATE, BOOLEAN, FLOAT, DOUBLE, SYMBOL, KEEP, ARRAY, RECORD,
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

/* A record's program from its tuple; -1 with an exception set, and then it is to be cleared. */
int make_record(PyObject *program, record *made);
void clear_record(record *cleared);

#endif
