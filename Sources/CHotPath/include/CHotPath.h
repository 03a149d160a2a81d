// What the per-event path needs and Swift 6.3 has no fast spelling for: prefetching, the bytes of a string
// sixteen at a time, and arithmetic on eight sixteen-bit lanes (Swift's SIMD masks compile to a loop over the lanes: 40 ns where these take 2).
#ifndef PROMOGUARD_CHOTPATH_H
#define PROMOGUARD_CHOTPATH_H

#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Asks for the cache line at `address`; never faults, whatever the address.
static inline void pg_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

typedef uint16_t pg_lanes __attribute__((vector_size(16)));

/// Eight sixteen-bit lanes as two words, which is how Swift can hand them over in registers.
typedef struct {
    uint64_t low, high;
} pg_eight;

static inline pg_lanes pg_lanes_of(pg_eight eight) {
    pg_lanes lanes;
    memcpy(&lanes, &eight, sizeof lanes);
    return lanes;
}

static inline int pg_any(pg_lanes mask) {
    pg_eight halves;
    memcpy(&halves, &mask, sizeof halves);
    return (halves.low | halves.high) != 0;
}

/// Whether `print` is among eight prints with their stamps (0: empty place).
static inline int pg_recent_contains(pg_eight prints, pg_eight stamps, uint16_t print) {
    return pg_any((pg_lanes)(pg_lanes_of(prints) == print) & (pg_lanes)(pg_lanes_of(stamps) != 0));
}

/// The stamps after `print`, which is among the prints, was seen at `stamp`.
static inline pg_eight pg_recent_touched(pg_eight prints, pg_eight stamps, uint16_t print, uint16_t stamp) {
    pg_lanes old = pg_lanes_of(stamps);
    pg_lanes match = (pg_lanes)(pg_lanes_of(prints) == print) & (pg_lanes)(old != 0);
    pg_lanes set = (match & stamp) | (~match & old);
    pg_eight result;
    memcpy(&result, &set, sizeof result);
    return result;
}

static inline pg_lanes pg_live(pg_lanes seen, uint16_t now, uint16_t minutes) {
    return (pg_lanes)(seen != 0) & (pg_lanes)((pg_lanes)(now - seen) <= minutes);
}

static inline uint32_t pg_sum(pg_lanes counts) {
    uint32_t total = 0;
    for (int lane = 0; lane < 8; lane++) total += counts[lane];
    return total;
}

/// How many of eight stamps lie within `minutes` before `now`.
static inline uint32_t pg_recent_count(pg_eight stamps, uint16_t now, uint16_t minutes) {
    return pg_sum(-pg_live(pg_lanes_of(stamps), now, minutes));
}

/// The same for `count` stamps in memory, a multiple of eight.
static inline uint32_t pg_sketch_count(const uint16_t *stamps, uint32_t count, uint16_t now, uint16_t minutes) {
    pg_lanes live = {0};
    for (uint32_t place = 0; place < count; place += 8) {
        pg_lanes seen;
        memcpy(&seen, stamps + place, sizeof seen);
        live -= pg_live(seen, now, minutes);
    }
    return pg_sum(live);
}

/// How many of the sixteen bytes at `bytes` are plain text of a JSON string: before the first quote, backslash,
/// control character or byte beyond ASCII; 16 when all are. All sixteen are read.
static inline uint32_t pg_plain_count(const void *bytes) {
#if defined(__SSE2__)
    __m128i text = _mm_loadu_si128((const __m128i *)bytes);
    __m128i quotes = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
    __m128i backslashes = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
    // As signed numbers, bytes beyond ASCII are below the space, too.
    __m128i low = _mm_cmplt_epi8(text, _mm_set1_epi8(' '));
    int marks = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), low));
    return (uint32_t)__builtin_ctz((unsigned)marks | 0x10000u);
#else
    const uint8_t *text = (const uint8_t *)bytes;
    uint32_t count = 0;
    while (count < 16 && text[count] >= ' ' && text[count] < 0x80 && text[count] != '"' && text[count] != '\\') count++;
    return count;
#endif
}

/// ln(1 + x), 0 for x below 0: the one that training, explaining and scoring share.
///
/// Relative error below 3e-7 for 0 ≤ x < 2^127.
float pg_log1p(float x);

/// How many features the functions below work on at once.
#define PG_BLOCK 8

/// `pg_log1p` of the values at `features`, eight positions for each block.
void pg_log1p_of(const float *values, const uint16_t *features, uint32_t blocks, float *logarithms);

/// Eight features whose curves are worked out together.
///
/// Its rows, of eight floats each: for each head the curve before its first knot; the last knot, from which on it is
/// flat; and for each bend a knot and the change of slope there in the first and in the second head.
typedef struct {
    /// Whether the knots lie on ln(1 + x).
    uint32_t logarithmic;
    uint32_t bends;
} pg_block;

/// A sum for each head.
typedef struct {
    float first, second;
} pg_pair;

/// Sums the curves of `count` blocks for two heads; a value that is not finite adds nothing.
/// The same bits on every machine.
/// - features: eight positions among `values` for each block.
/// - rows: those of all blocks, one block after the other.
pg_pair pg_curves(
    const float *values, const uint16_t *features, const pg_block *blocks, uint32_t count, const float *rows);

#endif
