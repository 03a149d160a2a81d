#ifndef PROMOGUARD_TEXT_H
#define PROMOGUARD_TEXT_H

#include <stdint.h>
#include <string.h>

// Compiled twice on x86-64, and chosen when the program starts: the plain target has vectors of sixteen bytes.
#if defined(__x86_64__)
#define PG_FASTEST __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define PG_FASTEST
#endif

#define PG_INLINE static inline __attribute__((always_inline))

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are hashed and compared as they lie in the line");

typedef int8_t pg_text __attribute__((vector_size(32)));
typedef _Bool pg_flags __attribute__((ext_vector_type(32)));

PG_INLINE uint64_t pg_word(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/// A bit for each byte of a mask, the first byte lowest.
PG_INLINE uint32_t pg_bits_of(const pg_text *mask) {
    pg_flags flags = __builtin_convertvector(*mask, pg_flags);
    uint32_t bits;
    memcpy(&bits, &flags, sizeof bits);
    return bits;
}

/// Which of 32 bytes end a run of plain text: quote, backslash, control character, not ASCII.
PG_INLINE uint32_t pg_specials(const uint8_t *at) {
    pg_text text;
    memcpy(&text, at, sizeof text);
    // As signed numbers, bytes beyond ASCII are below the space, too.
    pg_text marks = (pg_text)(text == '"') | (pg_text)(text == '\\') | (pg_text)(text < ' ');
    return pg_bits_of(&marks);
}

/// How many of the word's lowest bytes are digits before the first that is none; 8 when all are.
PG_INLINE uint32_t pg_digits(uint64_t word) {
    uint64_t shifted = word ^ 0x3030303030303030;
    // A byte above 9 gets its high bit from the sum or has it already.
    uint64_t marks = (((shifted & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | shifted) & 0x8080808080808080;
    return marks ? (uint32_t)__builtin_ctzll(marks) / 8 : 8;
}

#endif
