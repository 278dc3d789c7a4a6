/* Steps over Avro bytes that are not read. */

#include "cursor.h"

PyObject *malformed; /* set when a reader is made */

cursor
early(void)
{
    PyErr_SetString(PyExc_IndexError, "the bytes end early");
    return NULL;
}

cursor
refuse(const char *reason)
{
    PyErr_SetString(malformed, reason);
    return NULL;
}

cursor
long_varint(cursor p, cursor end, uint64_t *into)
{
    uint64_t x = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (p >= end)
            return early();
        uint64_t byte = *p++;
        if (shift == 63 && byte > 1)
            break;
        x |= (byte & 127) << shift;
        if (byte < 128) {
            *into = x;
            return p;
        }
    }
    return refuse("an integer is longer than 64 bits");
}

cursor
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
        uint64_t count = 0;
        size_t size = 0;
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
