// What the review console serves as it is, compiled into the program so that the binary works when it is copied alone.
#ifndef PROMOGUARD_CCONSOLEASSETS_H
#define PROMOGUARD_CCONSOLEASSETS_H

#include <stddef.h>

/// The bytes of a file, not zero-terminated; they last as long as the program.
struct pg_asset {
  const unsigned char *bytes;
  size_t length;
};

struct pg_asset pg_console_script(void);
struct pg_asset pg_console_style(void);
struct pg_asset pg_console_icon(void);
struct pg_asset pg_console_openapi(void);

#endif
