#include "CHotPath.h"
#include "Text.h"

PG_INLINE int pg_begins_with(const uint8_t *at, const pg_key *key) {
    pg_text text, wanted;
    memcpy(&text, at, sizeof text);
    memcpy(&wanted, key->text, sizeof wanted);
    pg_text same = (pg_text)(text == wanted);
    return (~pg_bits_of(&same) & key->mask) == 0;
}

PG_INLINE uint64_t pg_fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// `IdentifierHash.step`
PG_INLINE uint64_t pg_step(const pg_reading *reading, uint64_t state, uint64_t low, uint64_t high) {
    return pg_fold(low ^ reading->k1, high ^ state);
}

/// Sixteen bytes set and sixteen that are not: from the one at 16 − n on, the lowest n of sixteen are set.
static const uint8_t pg_window[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/// The value of eight digits, the first lowest; zero bytes count as zeros.
PG_INLINE uint64_t pg_eight_digits(uint64_t word) {
    uint64_t digits = word & 0x0f0f0f0f0f0f0f0f;
    uint64_t pairs = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
    uint64_t fours = (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffff;
    return (fours * 10000 + (fours >> 32)) & 0xffffffff;
}

static const uint32_t pg_powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

PG_FASTEST
void pg_read_members(
    const uint8_t *line, size_t end, size_t limit, const pg_reading *reading, const pg_key *keys,
    const uint8_t *guesses, pg_members *members, uint64_t *values) {
    size_t position = members->position;
    uint64_t present = members->present;
    uint32_t previous = members->previous;
    uint32_t context = members->context;
    members->is_behind_value = 0;
    // Loads begin at most 25 bytes behind a position below the limit, or below it, and take at most 32: all lie in
    // the PG_MARGIN bytes from the limit on, or before it.
    while (position < limit && line[position] == '"') {
        const uint8_t *guess = guesses + (context * PG_FIELDS + previous) * 2;
        uint32_t field = guess[0];
        if (!pg_begins_with(line + position + 1, keys + field)) {
            field = guess[1];
            if (!pg_begins_with(line + position + 1, keys + field)) break;
        }
        if (members->barred >> field & 1) break;
        size_t start = position + 1 + keys[field].length;
        size_t after;
        if (keys[field].kind == PG_STRING) {
            uint64_t state = reading->k0;
            size_t index = start;
            uint32_t marks = pg_specials(line + index);
            while (marks == 0 && index + 32 < limit) {
                state = pg_step(reading, state, pg_word(line + index), pg_word(line + index + 8));
                state = pg_step(reading, state, pg_word(line + index + 16), pg_word(line + index + 24));
                index += 32;
                marks = pg_specials(line + index);
            }
            if (marks == 0) break;
            uint32_t count = (uint32_t)__builtin_ctz(marks);
            size_t close = index + count;
            // Empty or too long: one comparison for both.
            if (line[close] != '"' || close - start - 1 >= reading->maximum_length) break;
            if (count >= 16) {
                state = pg_step(reading, state, pg_word(line + index), pg_word(line + index + 8));
                index += 16;
                count -= 16;
            }
            uint64_t low = pg_word(line + index) & pg_word(pg_window + 16 - count);
            uint64_t high = pg_word(line + index + 8) & pg_word(pg_window + 24 - count);
            uint64_t hash = pg_fold(
                pg_step(reading, state, low, high) ^ 0xa0761d6478bd642f,
                reading->k1 ^ reading->k0 ^ (uint64_t)(close - start));
            hash += hash == 0;
            after = close + 1;
            if (after >= end) break;
            values[field] = hash;
            values[reading->field_count + field] = (uint64_t)start << 32 | close;
            // A jump, which the barrier keeps one: a conditional move would make each field wait for the hash before it.
            if (field == reading->context_field) {
                __asm__("");
                context = (uint32_t)hash & (PG_CONTEXTS - 1);
            }
        } else if (keys[field].kind == PG_INTEGER) {
            uint64_t first = pg_word(line + start);
            uint32_t digits = pg_digits(first);
            uint64_t value;
            if (digits < 8) {
                if (digits == 0) break;
                // The leading digits move to the top, zeros before them.
                value = pg_eight_digits(first << (64 - digits * 8));
            } else {
                uint64_t second = pg_word(line + start + 8);
                digits = pg_digits(second);
                if (digits == 8) break;
                uint64_t low = digits == 0 ? 0 : pg_eight_digits(second << (64 - digits * 8));
                value = pg_eight_digits(first) * pg_powers[digits] + low;
                digits += 8;
            }
            after = start + digits;
            uint8_t next = line[after];
            if ((next != ',' && next != '}') || (line[start] == '0' && digits > 1) || after >= end) break;
            values[field] = value;
        } else {
            uint64_t word = pg_word(line + start);
            int is_true = (uint32_t)word == 0x65757274;
            if (!is_true && (word & 0xffffffffff) != 0x65736c6166) break;
            after = start + (is_true ? 4 : 5);
            if (after >= end) break;
            values[field] = (uint64_t)is_true;
        }
        previous = field;
        present |= 1ull << field;
        position = after;
        uint16_t between;
        memcpy(&between, line + position, sizeof between);
        if (between != (',' | '"' << 8)) {
            members->is_behind_value = 1;
            break;
        }
        position++;
    }
    members->position = position;
    members->present = present;
    members->previous = previous;
    members->context = context;
}
