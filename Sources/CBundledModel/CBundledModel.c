// `#embed` is C23; clang takes it in earlier dialects and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"
#include "CBundledModel.h"

static const unsigned char bundled_model[] = {
#embed "../../Models/default.json"
};

const unsigned char *pg_bundled_model_bytes(void) { return bundled_model; }
size_t pg_bundled_model_length(void) { return sizeof bundled_model; }
