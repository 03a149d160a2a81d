// What the per-event path needs and Swift 6.3 has no fast spelling for: prefetching, and arithmetic on eight
// sixteen-bit lanes (Swift's SIMD masks compile to a loop over the lanes: 40 ns where these take 2).
#ifndef PROMOGUARD_CHOTPATH_H
#define PROMOGUARD_CHOTPATH_H

#include <stdint.h>
#include <string.h>

/// Asks for the cache line at `address`; never faults, whatever the address.
static inline void pg_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

typedef uint16_t pg_lanes __attribute__((vector_size(16)));

static inline pg_lanes pg_load(const void *from) {
    pg_lanes lanes;
    memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

static inline int pg_any(pg_lanes mask) {
    uint64_t halves[2];
    memcpy(halves, &mask, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/// Of eight prints with their stamps (0: empty place): whether `print` is there; its stamp is then set.
static inline int pg_recent_touch(const void *prints, void *stamps, uint16_t print, uint16_t stamp) {
    pg_lanes old = pg_load(stamps);
    pg_lanes match = (pg_lanes)(pg_load(prints) == print) & (pg_lanes)(old != 0);
    if (!pg_any(match)) return 0;
    pg_lanes set = (match & stamp) | (~match & old);
    memcpy(stamps, &set, sizeof set);
    return 1;
}

/// Whether `print` is among eight prints with their stamps.
static inline int pg_recent_contains(const void *prints, const void *stamps, uint16_t print) {
    return pg_any((pg_lanes)(pg_load(prints) == print) & (pg_lanes)(pg_load(stamps) != 0));
}

/// How many of `count` stamps (a multiple of eight) lie within `minutes` before `now`; 0 marks an empty place.
static inline uint32_t pg_recent_count(const void *stamps, uint32_t count, uint16_t now, uint16_t minutes) {
    pg_lanes live = {0};
    for (uint32_t place = 0; place < count; place += 8) {
        pg_lanes seen = pg_load((const uint16_t *)stamps + place);
        live -= (pg_lanes)(seen != 0) & (pg_lanes)((pg_lanes)(now - seen) <= minutes);
    }
    uint32_t total = 0;
    for (int lane = 0; lane < 8; lane++) total += live[lane];
    return total;
}

#endif
