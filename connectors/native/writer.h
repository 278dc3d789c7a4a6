/* Programs for writing: one step for each field of the contract, in its order. */

#ifndef MANIFOLD_WRITER_H
#define MANIFOLD_WRITER_H

#include "avro.h"

enum code {
    FIXED, SPLICE, TEXT, BYTES, INT, LONG, DECIMAL, DATE, BOOLEAN, FLOAT, DOUBLE, SYMBOL,
    ARRAY, RECORD,
};
typedef struct step step;

typedef struct {
    PyTypeObject *type;
    size_t count;
    step *steps;
} record;

struct step {
    uint8_t code;
    uint8_t in_union; /* flags of avro.h */
    uint8_t null, some; /* bytes of the union's branches */
    Py_ssize_t slot; /* of the record's instances, or 0 */
    PyObject *name;
    PyObject *about; /* bytes; or symbols and their indexes: a dictionary */
    record *record; /* the item of an array is a record of one step */
};

/* A record's program from its tuple; -1 with an exception set, and then it is to be cleared. */
int make_record_writer(PyObject *program, record *made);
void clear_record_writer(record *cleared);

#endif
