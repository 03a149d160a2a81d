#include "CHotPath.h"

// No fused multiply-add: the same values on every machine.
#pragma STDC FP_CONTRACT OFF

// Compiled twice on x86-64, and chosen when the program starts: the plain target has lanes of four.
#if defined(__x86_64__)
#define PG_FASTEST __attribute__((target_clones("avx2", "default")))
#else
#define PG_FASTEST
#endif

#define PG_INLINE static inline __attribute__((always_inline))

typedef float pg_floats __attribute__((vector_size(4 * PG_BLOCK)));
typedef int32_t pg_ints __attribute__((vector_size(4 * PG_BLOCK)));
typedef uint32_t pg_words __attribute__((vector_size(4 * PG_BLOCK)));

// Lanes pass through memory on paper only: by value, they would have a calling convention of each target's own.

PG_INLINE void pg_load(pg_floats *lanes, const float *from) { memcpy(lanes, from, sizeof *lanes); }

/// Lanes where the mask is set, else 0.
PG_INLINE void pg_keep(pg_floats *lanes, const pg_ints *mask) { *lanes = (pg_floats)((pg_ints)*lanes & *mask); }

/// The value, or 0 where it is below.
PG_INLINE void pg_positive(pg_floats *lanes) {
    pg_ints above = *lanes > 0;
    pg_keep(lanes, &above);
}

/// See `pg_log1p`.
PG_INLINE void pg_log1p_lanes(pg_floats *lanes) {
    pg_floats x = *lanes;
    pg_positive(&x);
    // 1 + x = 2^k (1 + m) with 1 + m in [0.75, 1.5); m = x 2^-k + (2^-k − 1) keeps every digit of a small x, for
    // which k = 0 and m = x. `k` stays shifted to where a float has its exponent, so scaling is a subtraction.
    pg_words k = ((pg_words)(x + 1.0f) - 0x3f400000u) & 0xff800000u;
    pg_floats scaled = (pg_floats)((pg_words)x - k);
    pg_floats power = (pg_floats)(0x3f800000u - k);
    // x = 0 has no exponent to lower, but there k = 0.
    pg_floats m = scaled + (power - 1.0f);
    // ln(1 + m) / m, minimax in relative error over [-0.25, 0.5] with the constant held at 1.
    pg_floats square = m * m;
    pg_floats low = (0.33330706f * m + -0.50000167f) * m + 1.0f;
    pg_floats mid = 0.20095342f * m + -0.2497927f;
    pg_floats high = (-0.067203745f * m + 0.1415362f) * m + -0.1733713f;
    pg_floats series = low + (square * m) * (mid + square * high);
    pg_floats exponent = __builtin_convertvector((pg_ints)k, pg_floats);
    *lanes = series * m + exponent * 0x1.62e43p-24f;
}

float pg_log1p(float x) {
    pg_floats lanes = {x};
    pg_log1p_lanes(&lanes);
    return lanes[0];
}

PG_INLINE void pg_gather(pg_floats *lanes, const float *values, const uint16_t *features) {
    for (int lane = 0; lane < PG_BLOCK; lane++) (*lanes)[lane] = values[features[lane]];
}

PG_FASTEST
void pg_log1p_of(const float *values, const uint16_t *features, uint32_t blocks, float *logarithms) {
    for (uint32_t place = 0; place < blocks * PG_BLOCK; place += PG_BLOCK) {
        pg_floats x;
        pg_gather(&x, values, features + place);
        pg_log1p_lanes(&x);
        memcpy(logarithms + place, &x, sizeof x);
    }
}

/// Adds the lanes in one fixed order.
PG_INLINE float pg_total(const pg_floats *lanes) {
    pg_floats x = *lanes;
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

PG_FASTEST
pg_pair pg_curves(
    const float *values, const uint16_t *features, const pg_block *blocks, uint32_t count, const float *rows) {
    pg_floats first = {0}, second = {0};
    for (const pg_block *block = blocks; block < blocks + count; block++, features += PG_BLOCK) {
        pg_floats x;
        pg_gather(&x, values, features);
        const float *row = rows;
        rows += (3 + 3 * (size_t)block->bends) * PG_BLOCK;
        // Finite is an exponent below the highest.
        pg_ints known = ((pg_ints)x & 0x7fffffff) < 0x7f800000;
        if (!__builtin_reduce_or(known)) continue;
        if (block->logarithmic) pg_log1p_lanes(&x);
        pg_floats one, two, last;
        pg_load(&one, row);
        pg_load(&two, row + PG_BLOCK);
        pg_load(&last, row + 2 * PG_BLOCK);
        // min(x, last)
        pg_ints below = x < last;
        pg_floats held = (pg_floats)(((pg_ints)x & below) | ((pg_ints)last & ~below));
        for (uint32_t bend = 0; bend < block->bends; bend++) {
            row += 3 * PG_BLOCK;
            pg_floats knot, change, other;
            pg_load(&knot, row);
            pg_load(&change, row + PG_BLOCK);
            pg_load(&other, row + 2 * PG_BLOCK);
            pg_floats beyond = held - knot;
            pg_positive(&beyond);
            one += change * beyond;
            two += other * beyond;
        }
        pg_keep(&one, &known);
        pg_keep(&two, &known);
        first += one;
        second += two;
    }
    return (pg_pair){pg_total(&first), pg_total(&second)};
}
