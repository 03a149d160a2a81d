// What the per-event path needs and Swift 6.3 has no fast spelling for: prefetching, the bytes of a line
// 16 or 32 at a time, and arithmetic on eight sixteen-bit lanes (Swift's SIMD masks compile to a loop over the lanes: 40 ns where these take 2).
#ifndef PROMOGUARD_CHOTPATH_H
#define PROMOGUARD_CHOTPATH_H

#include <stddef.h>
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

/// How a field's value is written.
enum { PG_STRING = 0, PG_INTEGER = 1, PG_BOOLEAN = 2 };

/// A field's key as logs write it: name, closing quote, colon and, for a string, the quote that opens it; zeros behind.
typedef struct {
    uint8_t text[32];
    /// A bit for each byte of the text that counts, from the first on.
    uint32_t mask;
    /// How many they are, at most 24.
    uint8_t length;
    /// PG_STRING, PG_INTEGER or PG_BOOLEAN.
    uint8_t kind;
} pg_key;

/// How many fields there can be, and how many contexts of their order.
#define PG_FIELDS 64
#define PG_CONTEXTS 32

/// How many bytes from the limit on `pg_read_members` may load.
#define PG_MARGIN 64

/// What reading goes by, whatever the line.
typedef struct {
    /// The two words of the key of `IdentifierHash`.
    uint64_t k0, k1;
    /// Bytes of a string.
    uint64_t maximum_length;
    /// How many fields there are: the ranges stand behind that many values.
    uint32_t field_count;
    /// The field whose value is the context of the order of the fields behind it.
    uint32_t context_field;
} pg_reading;

/// How far the reading of a line's members has come.
typedef struct {
    /// Where a member's opening quote stands, or what follows a value.
    size_t position;
    /// A bit for each field that was read, and for each that is not to be read here.
    uint64_t present, barred;
    /// The field read last, and the context.
    uint32_t previous, context;
    /// Whether `position` is behind a value and not at a member.
    uint32_t is_behind_value;
} pg_members;

/// Reads members of a JSON object as long as each is a key that is guessed, with no white space, and a value of its kind: a
/// string of plain ASCII without escapes, 1 to `maximum_length` bytes long, an integer of 1 to 15 digits, `true` or `false`.
/// Stops at the first that is not, or behind a value that no comma and quote follow at once; never goes on beyond `end`.
/// - line: `end` bytes; `limit` + PG_MARGIN bytes may be read from it, whatever they hold behind `end`.
/// - limit: at most `end`; no member that begins there or later is read.
/// - keys: by field.
/// - guesses: two fields for each context and previous field, the likelier first.
/// - values: of each field read, its string's hash, its number or 0 or 1; behind them a string's start in the upper half
///   and its end in the lower.
void pg_read_members(
    const uint8_t *line, size_t end, size_t limit, const pg_reading *reading, const pg_key *keys,
    const uint8_t *guesses, pg_members *members, uint64_t *values);

/// How what stands at a pointer is written: a string without escapes, one with, a number, a literal, an object or array.
enum { PG_PLAIN = 0, PG_ESCAPED = 1, PG_NUMBER = 2, PG_YES = 3, PG_NO = 4, PG_NESTED = 5, PG_NULL = 6 };

/// What stands at a pointer into a record.
typedef struct {
    /// A string's text stands between its quotes.
    const void *start;
    size_t count;
    /// The hash of the text once it has been asked for; 0 before.
    uint64_t hash;
    /// Which record it is of; others' captures do not count.
    uint64_t stamp;
    uint8_t kind;
} pg_capture;

/// No pointer goes through the value: its JSON is checked, and that is all.
#define PG_PASSED_OVER -1
/// More than one capture is to be set, or the pointer leads on.
#define PG_TO_CALLER -2

/// A key that was met in an object, and what is to be done with its value.
typedef struct {
    /// The key as it is written, without quotes; zeros behind.
    uint8_t text[32];
    /// A bit for each byte of the text.
    uint32_t mask;
    uint32_t length;
    /// Where in the caller's tree it leads.
    int32_t node;
    /// The capture that takes the value, or one of the two above.
    int32_t slot;
    /// The keys that came behind it, the likelier first; 0 for none.
    uint8_t next[2];
    /// How long its last value was, quotes included.
    uint16_t value_length;
    /// The caller's marks of what asks for its value.
    uint64_t askers;
} pg_known_key;

/// So many keys of an object are known; the first stands for its beginning and is no key: its text is a zero.
#define PG_KNOWN_KEYS 128

enum { PG_AT_KEY = 0, PG_AT_VALUE = 1, PG_BEHIND_VALUE = 2, PG_AT_END = 3 };

/// How far a walk through an object's members has come.
typedef struct {
    /// Where a member's opening quote stands, its value or white space before that, or what follows one; or behind the object.
    size_t position;
    /// The text of the key whose value is at the position.
    size_t key, key_end;
    /// Which of the known keys was the last.
    uint32_t current;
    /// PG_AT_KEY, PG_AT_VALUE, PG_BEHIND_VALUE or PG_AT_END.
    uint32_t stop;
    /// The askers of all values met.
    uint64_t askers;
} pg_walk;

/// Walks through members of a JSON object of any format and captures what is wanted, as long as they are written as programs
/// write them: a known key, at most a blank behind colon and comma, a string without escapes, a number without exponent,
/// `true`, `false` or `null`. Stops at the first that is not; never goes on beyond `end`.
/// - text: `end` bytes; `limit` + PG_MARGIN bytes may be read from it, whatever they hold behind `end`.
/// - limit: at most `end`; no key, value or further piece of a value that begins there or later is read.
/// - keys: PG_KNOWN_KEYS of them; NULL where no pointer leads on, and any key without escapes but `session_key` is taken.
void pg_walk_members(
    const uint8_t *text, size_t end, size_t limit, pg_known_key *keys, pg_walk *walk,
    pg_capture *captures, uint64_t stamp);

/// Goes on through the text of a JSON string of which all is ASCII and only quotes, backslashes and slashes are escaped.
/// - start: at no escaped byte.
/// - limit: no 64 bytes that begin there or later are loaded.
/// - room: receives the text without the backslashes that escape, and up to 63 bytes behind it, for what is beyond ASCII, too:
///   the text has been looked at. NULL to look only.
/// - escapes: receives how many there were.
/// - Returns the place of the first byte that ends the string or is something else; of an escape, its backslash.
size_t pg_read_escaped(const uint8_t *text, size_t start, size_t limit, uint8_t *room, size_t *escapes);

/// Decodes percents and pluses of a form's value.
/// - room: for `count` bytes and 63 more.
/// - Returns how many bytes they became; −1 when a percent has not two digits behind it.
ptrdiff_t pg_decode_form(const uint8_t *text, size_t count, uint8_t *room);

/// Decodes base64 of either alphabet, a blank for a plus, 32 signs at a time.
/// - room: for three quarters of `count` bytes and 16 more.
/// - Returns how many signs were decoded, less than 32 of them being left; −1 when one of them is none.
ptrdiff_t pg_decode_base64(const uint8_t *text, size_t count, uint8_t *room);

/// The sum of (values[2n] + offset) × (values[2n + 1] ^ offset ^ 0xd1b54a32d192ed03) over `pairs` pairs, where the offset
/// grows by 0x9e3779b97f4a7c16 from one pair to the next; modulo 2^64.
static inline uint64_t pg_sum_of_products(const uint64_t *values, uint32_t pairs, uint64_t offset) {
    uint64_t sum = 0;
    // SSE2 has no product of 64 bits: made of three of 32, it is slower than one at a time.
#if defined(__clang__)
#pragma clang loop vectorize(disable)
#endif
    for (uint32_t pair = 0; pair < pairs; pair++) {
        sum += (values[2 * pair] + offset) * (values[2 * pair + 1] ^ offset ^ 0xd1b54a32d192ed03);
        offset += 0x9e3779b97f4a7c16;
    }
    return sum;
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
/// flat; for each head what an unknown value is worth; and for each bend a knot and the change of slope there in the first and in the second head.
typedef struct {
    /// Whether the knots lie on ln(1 + x).
    uint32_t logarithmic;
    uint32_t bends;
} pg_block;

/// A sum for each head.
typedef struct {
    float first, second;
} pg_pair;

/// Adds 1 for each of `count` values that is known, that is, finite.
void pg_count_known(const float *values, uint32_t *known, uint32_t count);

/// Makes an unknown value infinite where fewer than `least` are counted.
void pg_mark_unseen(float *values, const uint32_t *known, uint32_t count, uint32_t least);

/// Sums the curves of `count` blocks for two heads; one that is not a number adds nothing, an infinite one takes away what
/// an unknown value is worth.
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
