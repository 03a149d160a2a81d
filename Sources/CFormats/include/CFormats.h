// The built-in formats, compiled into the program so that the binary works when it is copied alone.
#ifndef PROMOGUARD_CFORMATS_H
#define PROMOGUARD_CFORMATS_H

#include <stddef.h>

/// How many formats there are; each comes behind those that it extends.
int pg_format_count(void);
/// The name of a format, zero-terminated.
const char *pg_format_name(int index);
/// The bytes of its file, not zero-terminated.
const unsigned char *pg_format_bytes(int index);
/// How many bytes `pg_format_bytes` has.
size_t pg_format_length(int index);

#endif
