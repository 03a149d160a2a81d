#include "CHotPath.h"
#include "Text.h"

/// Keeps a jump from becoming a conditional move, for which each member would have to wait.
#define PG_STAY_A_JUMP __asm__ volatile("")

/// Where the text of a string ends that has no escapes: the position of its closing quote; 0 when it is unusual.
/// - start: below the limit.
PG_INLINE size_t pg_plain_end(const uint8_t *text, size_t start, size_t limit) {
    size_t index = start;
    while (1) {
        uint32_t marks = pg_specials(text + index);
        while (marks == 0) {
            index += 32;
            if (index >= limit) return 0;
            marks = pg_specials(text + index);
        }
        index += (uint32_t)__builtin_ctz(marks);
        if (text[index] == '"') return index;
        // Chinese characters are mostly three bytes of UTF-8; others are left to the caller.
        size_t first = index;
        while (text[index] > 0xe0 && text[index] < 0xf0 && text[index] != 0xed && (text[index + 1] & 0xc0) == 0x80 &&
               (text[index + 2] & 0xc0) == 0x80) {
            index += 3;
            if (index >= limit) return 0;
        }
        if (index == first) return 0;
    }
}

/// Where a number ends that has no exponent; 0 when none stands there.
PG_INLINE size_t pg_number_end(const uint8_t *text, size_t start, size_t limit) {
    size_t first = start;
    if (text[first] == '-') {
        PG_STAY_A_JUMP;
        first++;
    }
    size_t index = first;
    uint32_t digits;
    while ((digits = pg_digits(pg_word(text + index))) == 8) {
        index += 8;
        if (index >= limit) return 0;
    }
    index += digits;
    if (index == first || (text[first] == '0' && index > first + 1)) return 0;
    if (text[index] == '.') {
        size_t fraction = ++index;
        while ((digits = pg_digits(pg_word(text + index))) == 8) {
            index += 8;
            if (index >= limit) return 0;
        }
        index += digits;
        if (index == fraction) return 0;
    }
    return (text[index] | 0x20) == 'e' ? 0 : index;
}

PG_INLINE int pg_is_known(const uint8_t *at, const pg_known_key *key) {
    pg_text text, wanted;
    memcpy(&text, at, sizeof text);
    memcpy(&wanted, key->text, sizeof wanted);
    pg_text same = (pg_text)(text == wanted);
    return (~pg_bits_of(&same) & key->mask) == 0 && at[key->length] == '"';
}

PG_FASTEST
void pg_walk_members(
    const uint8_t *text, size_t end, size_t limit, const pg_known_key *keys, pg_walk *walk, pg_capture *captures,
    uint64_t stamp) {
    size_t position = walk->position;
    uint32_t current = walk->current;
    uint32_t stop = PG_AT_KEY;
    while (position < limit && text[position] == '"') {
        size_t start = position + 1;
        size_t close;
        uint32_t known = 0;
        int32_t slot = PG_PASSED_OVER;
        if (keys) {
            known = keys[current].next[0];
            if (!pg_is_known(text + start, keys + known)) {
                known = keys[current].next[1];
                if (!pg_is_known(text + start, keys + known)) break;
            }
            close = start + keys[known].length;
            slot = keys[known].slot;
        } else {
            close = pg_plain_end(text, start, limit);
            if (close == 0) break;
            // What nobody may see is counted by the caller.
            if (close - start == 11 && memcmp(text + start, "session_key", 11) == 0) break;
        }
        if (text[close + 1] != ':') break;
        size_t value = close + 2;
        if (text[value] == ' ') {
            PG_STAY_A_JUMP;
            value++;
        }
        if (value >= limit) break;
        current = known;
        uint8_t first = text[value];
        uint8_t kind;
        size_t from = value, after, past;
        if (first == '"') {
            from = value + 1;
            after = pg_plain_end(text, from, limit);
            past = after + 1;
            kind = PG_PLAIN;
        } else if (first == '-' || first - '0' < 10u) {
            past = after = pg_number_end(text, value, limit);
            kind = PG_NUMBER;
        } else {
            uint64_t word = pg_word(text + value);
            if ((uint32_t)word == 0x65757274) {
                after = value + 4;
                kind = PG_YES;
            } else if ((word & 0xffffffffff) == 0x65736c6166) {
                after = value + 5;
                kind = PG_NO;
            } else if ((uint32_t)word == 0x6c6c756e) {
                after = value + 4;
                kind = PG_NULL;
            } else {
                after = 0;
                kind = 0;
            }
            past = after;
        }
        if (after == 0 || past >= end || slot == PG_TO_CALLER) {
            walk->key = start;
            walk->key_end = close;
            position = value;
            stop = PG_AT_VALUE;
            break;
        }
        if (slot >= 0) {
            if (kind == PG_NULL) {
                captures[slot].stamp = 0;
            } else if (after > from) {
                captures[slot] = (pg_capture){text + from, after - from, 0, stamp, kind};
            }
        }
        position = past;
        if (text[position] == ',') {
            size_t next = position + 1;
            if (text[next] == ' ') {
                PG_STAY_A_JUMP;
                next++;
            }
            if (text[next] == '"') {
                position = next;
                continue;
            }
        } else if (text[position] == '}') {
            position++;
            stop = PG_AT_END;
            break;
        }
        stop = PG_BEHIND_VALUE;
        break;
    }
    walk->position = position;
    walk->current = current;
    walk->stop = stop;
}
