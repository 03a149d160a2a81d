#include "CHotPath.h"
#include "Text.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Strings of JSON within JSON, forms and base64, 32 bytes at a time.

#if defined(__x86_64__)

// 64 bytes at a time, bytes left out and looked up by one instruction: processors from Ice Lake and Zen 4 on.
#define PG_WIDEST __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")))

PG_INLINE int pg_is_wide(void) {
    return __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vbmi") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("bmi2");
}

#endif

/// Which of 32 bytes are a given sign.
PG_INLINE uint32_t pg_where(const pg_text *text, int8_t sign) {
    pg_text marks = (pg_text)(*text == sign);
    return pg_bits_of(&marks);
}

PG_FASTEST
static size_t pg_read_escaped_by_words(
    const uint8_t *text, size_t start, size_t limit, uint8_t *room, size_t *escapes) {
    size_t index = start;
    size_t found = 0;
    // Whether the block's first byte is escaped by the last of the one before.
    uint32_t carry = 0;
    while (index < limit) {
        pg_text block;
        memcpy(&block, text + index, sizeof block);
        uint32_t backslashes = pg_where(&block, '\\');
        uint32_t quotes = pg_where(&block, '"');
        uint32_t slashes = pg_where(&block, '/');
        pg_text other = (pg_text)(block < ' ');
        uint32_t unusual = room ? 0 : pg_bits_of(&other);
        // Backslashes at odd places of their runs escape what follows (Langdale and Lemire, "Parsing Gigabytes of JSON per
        // Second", 3.1.1).
        uint32_t odd = 0xaaaaaaaa;
        uint32_t possible = backslashes & ~carry;
        uint32_t codes = ((possible << 1 | odd) - possible) ^ odd;
        uint32_t escaped = codes ^ (backslashes | carry);
        uint32_t escaping = codes & backslashes;
        uint32_t stops = unusual | (quotes & ~escaped) | (escaped & ~(quotes | backslashes | slashes));
        if (room) {
            uint8_t *target = room + (index - start) - found;
            for (uint32_t part = 0; part < 32; part += 8) {
                uint64_t word = pg_word(text + index + part);
                uint32_t left = escaping >> part & 0xff;
                uint32_t length = 8;
                while (left) {
                    uint32_t place = 31 - (uint32_t)__builtin_clz(left);
                    uint64_t below = ((uint64_t)1 << place * 8) - 1;
                    word = (word & below) | (word >> 8 & ~below);
                    left ^= 1u << place;
                    length--;
                }
                memcpy(target, &word, sizeof word);
                target += length;
            }
        }
        if (stops) {
            uint32_t place = (uint32_t)__builtin_ctz(stops);
            uint32_t before = escaping & ((1u << place) - 1);
            found += (uint32_t)__builtin_popcount(before);
            index += place;
            // What an escape of another kind begins with is left, too.
            if (escaped >> place & 1) {
                index--;
                found--;
            }
            *escapes = found;
            return index;
        }
        found += (uint32_t)__builtin_popcount(escaping);
        carry = escaping >> 31;
        index += 32;
    }
    if (carry) {
        index--;
        found--;
    }
    *escapes = found;
    return index;
}

#if defined(__x86_64__)

PG_WIDEST
static size_t pg_read_escaped_wide(
    const uint8_t *text, size_t start, size_t limit, uint8_t *room, size_t *escapes) {
    size_t index = start;
    size_t found = 0;
    uint64_t carry = 0;
    while (index < limit) {
        __m512i block = _mm512_loadu_si512(text + index);
        uint64_t backslashes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\\'));
        uint64_t quotes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('"'));
        uint64_t slashes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('/'));
        uint64_t unusual = room ? 0 : _mm512_cmplt_epi8_mask(block, _mm512_set1_epi8(' '));
        uint64_t odd = 0xaaaaaaaaaaaaaaaa;
        uint64_t possible = backslashes & ~carry;
        uint64_t codes = ((possible << 1 | odd) - possible) ^ odd;
        uint64_t escaped = codes ^ (backslashes | carry);
        uint64_t escaping = codes & backslashes;
        uint64_t stops = unusual | (quotes & ~escaped) | (escaped & ~(quotes | backslashes | slashes));
        if (room) {
            _mm512_storeu_si512(room + (index - start) - found, _mm512_maskz_compress_epi8(~escaping, block));
        }
        if (stops) {
            uint32_t place = (uint32_t)__builtin_ctzll(stops);
            found += (uint32_t)__builtin_popcountll(escaping & (((uint64_t)1 << place) - 1));
            index += place;
            carry = escaped >> place & 1;
            break;
        }
        found += (uint32_t)__builtin_popcountll(escaping);
        carry = escaping >> 63;
        index += 64;
    }
    // What an escape of another kind begins with is left, too.
    *escapes = found - carry;
    return index - carry;
}

#endif

size_t pg_read_escaped(const uint8_t *text, size_t start, size_t limit, uint8_t *room, size_t *escapes) {
#if defined(__x86_64__)
    if (pg_is_wide()) return pg_read_escaped_wide(text, start, limit, room, escapes);
#endif
    return pg_read_escaped_by_words(text, start, limit, room, escapes);
}

PG_INLINE int pg_hex(uint8_t digit) {
    if (digit - '0' < 10u) return digit - '0';
    digit |= 0x20;
    return digit - 'a' < 6u ? digit - 'a' + 10 : -1;
}

#if defined(__x86_64__)

/// The values of 64 hexadecimal digits; 0 of what is none, and which bytes that are.
PG_WIDEST
static inline __m512i pg_hex_digits(const uint8_t *text, uint64_t *bad) {
    __m512i digits = _mm512_loadu_si512(text);
    __m512i low = _mm512_sub_epi8(digits, _mm512_set1_epi8('0'));
    __m512i letters = _mm512_sub_epi8(_mm512_or_si512(digits, _mm512_set1_epi8(0x20)), _mm512_set1_epi8('a'));
    uint64_t is_low = _mm512_cmplt_epu8_mask(low, _mm512_set1_epi8(10));
    uint64_t is_letter = _mm512_cmplt_epu8_mask(letters, _mm512_set1_epi8(6));
    *bad = ~(is_low | is_letter);
    __m512i ten = _mm512_set1_epi8(10);
    return _mm512_mask_add_epi8(_mm512_maskz_mov_epi8(is_low, low), is_letter, letters, ten);
}

/// Decodes as many pieces of 64 bytes as have two more behind them, all percents of a piece at once.
/// - Returns how many bytes they became; −1 when a percent has not two digits behind it.
PG_WIDEST
static ptrdiff_t pg_decode_form_wide(const uint8_t *text, size_t count, uint8_t *room, size_t *position) {
    size_t index = 0, written = 0;
    uint64_t carry = 0, wrong = 0;
    while (index + 66 <= count) {
        __m512i block = _mm512_loadu_si512(text + index);
        uint64_t percents = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('%'));
        uint64_t pluses = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('+'));
        uint64_t bad_high, bad_low;
        __m512i high = pg_hex_digits(text + index + 1, &bad_high);
        __m512i low = pg_hex_digits(text + index + 2, &bad_low);
        // What is shifted has no upper half, so that nothing goes over into the byte beside it.
        __m512i values = _mm512_or_si512(_mm512_slli_epi16(high, 4), low);
        wrong |= percents & (bad_high | bad_low);
        block = _mm512_mask_mov_epi8(block, pluses, _mm512_set1_epi8(' '));
        block = _mm512_mask_mov_epi8(block, percents, values);
        uint64_t kept = ~(percents << 1 | percents << 2 | carry);
        carry = percents >> 63 | percents >> 62;
        _mm512_storeu_si512(room + written, _mm512_maskz_compress_epi8(kept, block));
        written += (size_t)__builtin_popcountll(kept);
        index += 64;
    }
    // Digits of the last percent that stand behind the pieces.
    *position = index + (size_t)__builtin_popcountll(carry);
    return wrong ? -1 : (ptrdiff_t)written;
}

#endif

PG_FASTEST
static ptrdiff_t pg_decode_form_rest(
    const uint8_t *text, size_t count, uint8_t *room, size_t position, size_t written) {
    while (position < count) {
        while (position + 32 <= count) {
            pg_text block;
            memcpy(&block, text + position, sizeof block);
            memcpy(room + written, &block, sizeof block);
            uint32_t marks = pg_where(&block, '%') | pg_where(&block, '+');
            uint32_t plain = marks ? (uint32_t)__builtin_ctz(marks) : 32;
            position += plain;
            written += plain;
            if (marks) break;
        }
        if (position >= count) break;
        uint8_t byte = text[position++];
        if (byte == '%') {
            if (position + 2 > count) return -1;
            int high = pg_hex(text[position]), low = pg_hex(text[position + 1]);
            if (high < 0 || low < 0) return -1;
            byte = (uint8_t)(high << 4 | low);
            position += 2;
        } else if (byte == '+') {
            byte = ' ';
        }
        room[written++] = byte;
    }
    return (ptrdiff_t)written;
}

ptrdiff_t pg_decode_form(const uint8_t *text, size_t count, uint8_t *room) {
    size_t position = 0;
    ptrdiff_t written = 0;
#if defined(__x86_64__)
    if (count >= 66 && pg_is_wide()) {
        written = pg_decode_form_wide(text, count, room, &position);
        if (written < 0) return -1;
    }
#endif
    return pg_decode_form_rest(text, count, room, position, (size_t)written);
}

#if defined(__x86_64__)

/// The first 128 bytes as signs of base64 of either alphabet: their values and 128; 0 for what is none. A blank is a plus
/// that a form has decoded.
static const uint8_t pg_signs[128] = {
    [' '] = 190, ['+'] = 190, ['-'] = 190, ['/'] = 191, ['_'] = 191,
    ['0'] = 180, 181, 182, 183, 184, 185, 186, 187, 188, 189,
    ['A'] = 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140,
    ['N'] = 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153,
    ['a'] = 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 164, 165, 166,
    ['n'] = 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179,
};

/// Decodes as many pieces of 64 signs as there are.
/// - Returns how many signs these are; −1 when one of them is none.
PG_WIDEST
static ptrdiff_t pg_decode_base64_wide(const uint8_t *text, size_t count, uint8_t *room) {
    __m512i first = _mm512_loadu_si512(pg_signs), second = _mm512_loadu_si512(pg_signs + 64);
    // Of each four bytes the three lower ones, the uppermost first.
    static const uint8_t order[64] = {
        2,  1,  0,  6,  5,  4,  10, 9,  8,  14, 13, 12, 18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28,
        34, 33, 32, 38, 37, 36, 42, 41, 40, 46, 45, 44, 50, 49, 48, 54, 53, 52, 58, 57, 56, 62, 61, 60,
    };
    __m512i places = _mm512_loadu_si512(order);
    __m512i good = _mm512_set1_epi8(-128);
    size_t position = 0;
    for (; position + 64 <= count; position += 64) {
        __m512i signs = _mm512_loadu_si512(text + position);
        __m512i found = _mm512_permutex2var_epi8(first, signs, second);
        // A byte beyond ASCII is none either.
        good = _mm512_and_si512(good, _mm512_andnot_si512(signs, found));
        __m512i values = _mm512_xor_si512(found, _mm512_set1_epi8(-128));
        // Pairs of six bits, then pairs of these, each time the first on top.
        __m512i pairs = _mm512_maddubs_epi16(values, _mm512_set1_epi32(0x01400140));
        __m512i fours = _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00011000));
        _mm512_storeu_si512(room, _mm512_permutexvar_epi8(places, fours));
        room += 48;
    }
    return ~_mm512_movepi8_mask(good) ? -1 : (ptrdiff_t)position;
}

#endif

PG_FASTEST
static ptrdiff_t pg_decode_base64_rest(const uint8_t *text, size_t count, uint8_t *room, size_t position) {
    uint8_t bad = 0;
    for (; position + 32 <= count; position += 32) {
        uint8_t values[32];
        for (int index = 0; index < 32; index++) {
            uint8_t sign = text[position + index];
            uint8_t upper = (uint8_t)(sign - 'A'), lower = (uint8_t)(sign - 'a'), digit = (uint8_t)(sign - '0');
            uint8_t value = 64;
            value = upper < 26 ? upper : value;
            value = lower < 26 ? (uint8_t)(lower + 26) : value;
            value = digit < 10 ? (uint8_t)(digit + 52) : value;
            // A blank is a plus that a form has decoded.
            value = sign == '+' || sign == '-' || sign == ' ' ? 62 : value;
            value = sign == '/' || sign == '_' ? 63 : value;
            values[index] = value;
            bad |= value;
        }
        for (int part = 0; part < 32; part += 8) {
            // Pairs of six bits, pairs of these, and both halves, each time the first on top.
            uint64_t word = pg_word(values + part);
            word = (word & 0x003f003f003f003f) << 6 | (word >> 8 & 0x003f003f003f003f);
            word = (word & 0x00000fff00000fff) << 12 | (word >> 16 & 0x00000fff00000fff);
            word = __builtin_bswap64((word << 24 | word >> 32) << 16);
            memcpy(room, &word, sizeof word);
            room += 6;
        }
    }
    return bad < 64 ? (ptrdiff_t)position : -1;
}

ptrdiff_t pg_decode_base64(const uint8_t *text, size_t count, uint8_t *room) {
    ptrdiff_t position = 0;
#if defined(__x86_64__)
    if (pg_is_wide()) {
        position = pg_decode_base64_wide(text, count, room);
        if (position < 0) return -1;
    }
#endif
    return pg_decode_base64_rest(text, count, room + position / 4 * 3, (size_t)position);
}
