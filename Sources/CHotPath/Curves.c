#include "CHotPath.h"
#include "Fastest.h"

// No fused multiply-add: the same values on every machine.
#pragma STDC FP_CONTRACT OFF

#define PG_INLINE static inline __attribute__((always_inline))

typedef float pg_floats __attribute__((ext_vector_type(PG_BLOCK)));
typedef int32_t pg_ints __attribute__((ext_vector_type(PG_BLOCK)));
typedef uint32_t pg_words __attribute__((ext_vector_type(PG_BLOCK)));
typedef float pg_halves __attribute__((ext_vector_type(PG_BLOCK / 2)));

// Lanes pass through memory on paper only: by value, they would have a calling convention of each target's own.

PG_INLINE void pg_load(pg_floats *lanes, const float *from) { memcpy(lanes, from, sizeof *lanes); }

/// Where a value is known: finite is an exponent below the highest.
PG_INLINE void pg_known(const pg_floats *lanes, pg_ints *known) {
    *known = ((pg_ints)*lanes & 0x7fffffff) < 0x7f800000;
}

/// Lanes where the mask is set, else 0.
PG_INLINE void pg_keep(pg_floats *lanes, const pg_ints *mask) { *lanes = (pg_floats)((pg_ints)*lanes & *mask); }

/// The value, or 0 where it is below.
PG_INLINE void pg_positive(pg_floats *lanes) { *lanes = *lanes > 0.0f ? *lanes : (pg_floats)0.0f; }

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

/// Adds the lanes in one fixed order.
PG_INLINE float pg_total(const pg_halves *lanes) {
    pg_halves x = *lanes;
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

PG_FASTEST
void pg_count_known(const float *restrict values, uint32_t *restrict known, uint32_t count) {
    for (uint32_t place = 0; place < count; place++) {
        uint32_t bits;
        memcpy(&bits, values + place, sizeof bits);
        known[place] += (bits & 0x7fffffff) < 0x7f800000;
    }
}

PG_FASTEST
void pg_mark_unseen(float *restrict values, const uint32_t *restrict known, uint32_t count, uint32_t least) {
    for (uint32_t place = 0; place < count; place++) {
        uint32_t bits;
        memcpy(&bits, values + place, sizeof bits);
        uint32_t isUnseen = ((bits & 0x7fffffff) >= 0x7f800000) & (known[place] < least);
        bits = isUnseen ? 0x7f800000 : bits;
        memcpy(values + place, &bits, sizeof bits);
    }
}

PG_FASTEST
pg_pair pg_curves(
    const float *values, const uint16_t *features, const pg_block *blocks, uint32_t count, const float *rows,
    float *lanes) {
    for (uint32_t place = 0; place < count * PG_BLOCK; place++) lanes[place] = values[features[place]];
    pg_halves first = {0}, second = {0};
    for (const pg_block *block = blocks; block < blocks + count; block++, lanes += PG_BLOCK) {
        pg_floats x;
        pg_load(&x, lanes);
        const float *row = rows;
        rows += (5 + 3 * (size_t)block->bends) * PG_BLOCK;
        pg_ints known, counted = ((pg_ints)x & 0x7fffffff) != 0x7f800000;
        pg_known(&x, &known);
        if (!__builtin_reduce_or(known | ~counted)) continue;
        if (block->logarithmic) {
            pg_log1p_lanes(&x);
            pg_floats logarithms = (pg_floats)((pg_ints)x | ~known);
            memcpy(lanes, &logarithms, sizeof logarithms);
        }
        pg_floats one, two, last, unknownOne, unknownTwo;
        pg_load(&one, row);
        pg_load(&two, row + PG_BLOCK);
        pg_load(&last, row + 2 * PG_BLOCK);
        pg_load(&unknownOne, row + 3 * PG_BLOCK);
        pg_load(&unknownTwo, row + 4 * PG_BLOCK);
        row += 2 * PG_BLOCK;
        pg_floats held = x < last ? x : last;
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
        pg_ints silent = ~counted;
        pg_keep(&unknownOne, &silent);
        pg_keep(&unknownTwo, &silent);
        one -= unknownOne;
        two -= unknownTwo;
        first += one.lo;
        first += one.hi;
        second += two.lo;
        second += two.hi;
    }
    return (pg_pair){pg_total(&first), pg_total(&second)};
}

/// For each lane the line before a value, and how far it is towards the next, 0…1; anything where it is unknown.
PG_INLINE void pg_place(const pg_floats *x, const float *row, uint32_t turns, pg_ints *line, pg_floats *fraction) {
    pg_floats low, high;
    pg_load(&low, row);
    pg_load(&high, row + PG_BLOCK);
    *line = 0;
    for (uint32_t turn = 0; turn < turns; turn++) {
        row += 2 * PG_BLOCK;
        pg_floats from, next;
        pg_load(&from, row);
        pg_load(&next, row + PG_BLOCK);
        pg_ints beyond = *x >= from;
        *line -= beyond;
        low = beyond ? from : low;
        high = beyond ? next : high;
    }
    pg_floats part = (*x - low) / (high - low);
    pg_positive(&part);
    *fraction = part < 1.0f ? part : (pg_floats)1.0f;
}

PG_FASTEST
pg_pair pg_crosses(
    const float *lanes, const uint16_t *sides, const pg_grids *blocks, uint32_t count, const float *rows,
    const int32_t *shapes, const float *points) {
    pg_pair sums = {0, 0};
    for (const pg_grids *block = blocks; block < blocks + count; block++) {
        // What is taken lane by lane goes through memory: lanes are not cheap to index.
        float values[2][PG_BLOCK], corners[4][PG_BLOCK], amounts[PG_BLOCK];
        int32_t nearest[PG_BLOCK];
        for (uint32_t grid = 0; grid < PG_BLOCK; grid++) {
            values[0][grid] = lanes[sides[grid]];
            values[1][grid] = lanes[sides[PG_BLOCK + grid]];
        }
        pg_floats x, y, f, g;
        pg_load(&x, values[0]);
        pg_load(&y, values[1]);
        pg_ints known, other, row, column, start, width;
        pg_known(&x, &known);
        pg_known(&y, &other);
        known &= other;
        pg_place(&x, rows, block->turns, &row, &f);
        rows += (2 + 2 * (size_t)block->turns) * PG_BLOCK;
        pg_place(&y, rows, block->turns, &column, &g);
        rows += (2 + 2 * (size_t)block->turns) * PG_BLOCK;
        memcpy(&start, shapes, sizeof start);
        memcpy(&width, shapes + PG_BLOCK, sizeof width);
        start += row * width + column;
        memcpy(nearest, &start, sizeof nearest);
        for (uint32_t grid = 0; grid < PG_BLOCK; grid++) {
            const float *near = points + nearest[grid], *far = near + shapes[PG_BLOCK + grid];
            corners[0][grid] = near[0];
            corners[1][grid] = near[1];
            corners[2][grid] = far[0];
            corners[3][grid] = far[1];
        }
        pg_floats a, b, c, d;
        pg_load(&a, corners[0]);
        pg_load(&b, corners[1]);
        pg_load(&c, corners[2]);
        pg_load(&d, corners[3]);
        pg_floats low = a + (b - a) * g;
        pg_floats high = c + (d - c) * g;
        pg_floats amount = low + (high - low) * f;
        pg_keep(&amount, &known);
        memcpy(amounts, &amount, sizeof amounts);
        for (uint32_t grid = 0; grid < block->first; grid++) sums.first += amounts[grid];
        for (uint32_t grid = block->first; grid < PG_BLOCK; grid++) sums.second += amounts[grid];
        sides += 2 * PG_BLOCK;
        shapes += 2 * PG_BLOCK;
    }
    return sums;
}
