#ifndef PROMOGUARD_FASTEST_H
#define PROMOGUARD_FASTEST_H

/// Compiled three times on x86-64, and chosen when the program starts: the plain target has vectors of sixteen bytes.
#if defined(__x86_64__)
#define PG_FASTEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PG_FASTEST
#endif

#endif
