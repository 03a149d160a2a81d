// The bundled model, compiled into the program so that the binary works when it is copied alone.
#ifndef PROMOGUARD_CBUNDLEDMODEL_H
#define PROMOGUARD_CBUNDLEDMODEL_H

#include <stddef.h>

/// The bytes of Models/default.json, not zero-terminated.
const unsigned char *pg_bundled_model_bytes(void);
/// How many bytes `pg_bundled_model_bytes` has.
size_t pg_bundled_model_length(void);

#endif
