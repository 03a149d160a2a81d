#include "CHotPath.h"
#include "Fastest.h"

typedef uint16_t pg_stamps __attribute__((vector_size(32)));

/// Counts a window's live places up, by lane.
static inline __attribute__((always_inline)) void pg_add_live(
    pg_stamps *live, const pg_stamps *seen, uint16_t now, uint16_t minutes) {
    *live -= (pg_stamps)(*seen != 0) & (pg_stamps)((pg_stamps)(now - *seen) <= minutes);
}

static inline __attribute__((always_inline)) uint32_t pg_total_of(const pg_stamps *live) {
    pg_lanes halves[2];
    memcpy(halves, live, sizeof halves);
    return pg_sum(halves[0] + halves[1]);
}

PG_FASTEST
uint32_t pg_sketch_count(const uint16_t *stamps, uint16_t now, uint16_t minutes) {
    pg_stamps live = {0};
    for (uint32_t place = 0; place < PG_SKETCH; place += 16) {
        pg_stamps seen;
        memcpy(&seen, stamps + place, sizeof seen);
        pg_add_live(&live, &seen, now, minutes);
    }
    return pg_total_of(&live);
}

PG_FASTEST
pg_counts pg_sketch_counts(const uint16_t *stamps, uint16_t now, uint16_t first, uint16_t second) {
    pg_stamps one = {0}, two = {0};
    for (uint32_t place = 0; place < PG_SKETCH; place += 16) {
        pg_stamps seen;
        memcpy(&seen, stamps + place, sizeof seen);
        pg_add_live(&one, &seen, now, first);
        pg_add_live(&two, &seen, now, second);
    }
    return (pg_counts){pg_total_of(&one), pg_total_of(&two)};
}
