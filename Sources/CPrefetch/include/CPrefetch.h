// Hints to the memory system that Swift has no spelling for.
#ifndef PROMOGUARD_CPREFETCH_H
#define PROMOGUARD_CPREFETCH_H

#include <stddef.h>

/// Asks for the cache line at `address`; never faults, whatever the address.
static inline void pg_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

#endif
