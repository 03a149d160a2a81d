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

/// The sum of eight numbers below 256.
static inline uint32_t pg_sum(pg_lanes counts) {
#if defined(__SSE2__)
    __m128i halves = _mm_sad_epu8((__m128i)counts, _mm_setzero_si128());
    return (uint32_t)_mm_cvtsi128_si32(_mm_add_epi32(halves, _mm_unpackhi_epi64(halves, halves)));
#else
    uint32_t total = 0;
    for (int lane = 0; lane < 8; lane++) total += counts[lane];
    return total;
#endif
}

/// How many of eight stamps lie within `minutes` before `now`.
static inline uint32_t pg_recent_count(pg_eight stamps, uint16_t now, uint16_t minutes) {
    return pg_sum(-pg_live(pg_lanes_of(stamps), now, minutes));
}

/// How many stamps of a sketch there are.
#define PG_SKETCH 128

/// The same for the stamps of a sketch.
uint32_t pg_sketch_count(const uint16_t *stamps, uint16_t now, uint16_t minutes);

/// Counts over two windows.
typedef struct {
    uint32_t first, second;
} pg_counts;

/// The same for two windows at once.
pg_counts pg_sketch_counts(const uint16_t *stamps, uint16_t now, uint16_t first, uint16_t second);

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

/// How many curves or grids the functions below work on at once.
#define PG_BLOCK 16

/// Curves that are worked out together.
///
/// Their rows, of a float for each: for each head the curve before its first knot; the last knot, from which on it is
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
/// - features: the position of each curve's value among `values`.
/// - rows: those of all blocks, one block after the other.
/// - lanes: receives what the knots lie on, the value or ln(1 + value), of each curve; not finite where it is unknown.
pg_pair pg_curves(
    const float *values, const uint16_t *features, const pg_block *blocks, uint32_t count, const float *rows,
    float *lanes);

/// Grids that are worked out together.
///
/// Their rows, of a float for each, first for one side and then for the other: the first line and the second; and for
/// each turn a line beyond these, from which on it counts (infinity when it is the last), and the line after it.
typedef struct {
    /// How many of them are of the first head; the others are of the second.
    uint32_t first;
    uint32_t turns;
} pg_grids;

/// Sums the grids of `count` blocks, bilinear between their points; a value that is not finite adds nothing.
/// The same bits on every machine.
/// - lanes: those of `pg_curves`.
/// - sides: for each block the place of each grid's first side among `lanes`, then those of the second sides.
/// - rows: those of all blocks, one block after the other.
/// - shapes: for each block where each grid's points begin among `points`, then how many stand in a row.
pg_pair pg_crosses(
    const float *lanes, const uint16_t *sides, const pg_grids *blocks, uint32_t count, const float *rows,
    const int32_t *shapes, const float *points);

#endif
