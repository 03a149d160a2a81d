#include "CHotPath.h"
#include "Text.h"

// Strings of JSON within JSON, forms and base64, 32 bytes at a time.

/// Which of 32 bytes are a given sign.
PG_INLINE uint32_t pg_where(const pg_text *text, int8_t sign) {
    pg_text marks = (pg_text)(*text == sign);
    return pg_bits_of(&marks);
}

PG_FASTEST
size_t pg_read_escaped(const uint8_t *text, size_t start, size_t limit, uint8_t *room, size_t *escapes) {
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
        // Backslashes at odd places of their runs escape what follows (Langdale and Lemire, "Parsing Gigabytes of JSON per
        // Second", 3.1.1).
        uint32_t odd = 0xaaaaaaaa;
        uint32_t possible = backslashes & ~carry;
        uint32_t codes = ((possible << 1 | odd) - possible) ^ odd;
        uint32_t escaped = codes ^ (backslashes | carry);
        uint32_t escaping = codes & backslashes;
        uint32_t stops = pg_bits_of(&other) | (quotes & ~escaped) | (escaped & ~(quotes | backslashes | slashes));
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

PG_INLINE int pg_hex(uint8_t digit) {
    if (digit - '0' < 10u) return digit - '0';
    digit |= 0x20;
    return digit - 'a' < 6u ? digit - 'a' + 10 : -1;
}

PG_FASTEST
ptrdiff_t pg_decode_form(const uint8_t *text, size_t count, uint8_t *room) {
    size_t position = 0, written = 0;
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

PG_FASTEST
ptrdiff_t pg_decode_base64(const uint8_t *text, size_t count, uint8_t *room) {
    size_t position = 0;
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
