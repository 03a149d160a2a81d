#include "CHotPath.h"
#include "Text.h"

/// Keeps a jump from becoming a conditional move, for which each member would have to wait.
#define PG_STAY_A_JUMP __asm__ volatile("")

/// Of 32 bytes, which are quotes and which end a run of plain text otherwise.
PG_INLINE void pg_marks(const uint8_t *at, uint32_t *quotes, uint32_t *others) {
    pg_text text;
    memcpy(&text, at, sizeof text);
    pg_text is_quote = (pg_text)(text == '"');
    // As signed numbers, bytes beyond ASCII are below the space, too.
    pg_text is_other = (pg_text)(text == '\\') | (pg_text)(text < ' ');
    *quotes = pg_bits_of(&is_quote);
    *others = pg_bits_of(&is_other);
}

/// Where the text of a string ends that has no escapes: the position of its closing quote; 0 when it is unusual.
/// - start: below the limit.
PG_INLINE size_t pg_plain_end(const uint8_t *text, size_t start, size_t limit) {
    size_t index = start;
    while (1) {
        uint32_t quotes, others;
        pg_marks(text + index, &quotes, &others);
        while ((quotes | others) == 0) {
            index += 32;
            if (index >= limit) return 0;
            pg_marks(text + index, &quotes, &others);
        }
        // None before the first quote, which there then is.
        if ((others & (quotes ^ (quotes - 1))) == 0) return index + (uint32_t)__builtin_ctz(quotes);
        index += (uint32_t)__builtin_ctz(others);
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

PG_INLINE uint16_t pg_pair_at(const uint8_t *at) {
    uint16_t pair;
    memcpy(&pair, at, sizeof pair);
    return pair;
}

PG_INLINE int pg_is_known(const uint8_t *at, const pg_known_key *key) {
    pg_text text, wanted;
    memcpy(&text, at, sizeof text);
    memcpy(&wanted, key->text, sizeof wanted);
    pg_text same = (pg_text)(text == wanted);
    return (~pg_bits_of(&same) & key->mask) == 0 && pg_pair_at(at + key->length) == ('"' | ':' << 8);
}

PG_INLINE void pg_walk_on(
    const uint8_t *text, size_t end, size_t limit, pg_known_key *keys, pg_walk *walk, pg_capture *captures,
    uint64_t stamp) {
    size_t position = walk->position;
    pg_known_key *key = keys ? keys + walk->current : NULL;
    uint64_t askers = walk->askers;
    uint32_t stop = PG_AT_KEY;
    if (position < limit && text[position] == '"') {
        while (1) {
            size_t start = position + 1;
            size_t close;
            pg_known_key *found = NULL;
            if (keys) {
                found = keys + key->next[0];
                if (!pg_is_known(text + start, found)) {
                    found = keys + key->next[1];
                    if (!pg_is_known(text + start, found)) break;
                }
                close = start + found->length;
            } else {
                close = pg_plain_end(text, start, limit);
                if (close == 0) break;
                // What nobody may see is counted by the caller.
                if (close - start == 11 && memcmp(text + start, "session_key", 11) == 0) break;
                if (text[close + 1] != ':') break;
            }
            size_t value = close + 2;
            uint8_t first = text[value];
            if (first == ' ') {
                PG_STAY_A_JUMP;
                first = text[++value];
            }
            if (value >= limit) break;
            key = found;
            uint8_t kind = PG_PLAIN;
            size_t past;
            if (__builtin_expect(first == '"', 1)) {
                size_t after = pg_plain_end(text, value + 1, limit);
                past = after ? after + 1 : 0;
            } else if (first - '0' < 10u || first == '-') {
                past = pg_number_end(text, value, limit);
                kind = PG_NUMBER;
            } else {
                uint64_t word = pg_word(text + value);
                past = 0;
                if ((uint32_t)word == 0x65757274) {
                    past = value + 4;
                    kind = PG_YES;
                } else if ((word & 0xffffffffff) == 0x65736c6166) {
                    past = value + 5;
                    kind = PG_NO;
                } else if ((uint32_t)word == 0x6c6c756e) {
                    past = value + 4;
                    kind = PG_NULL;
                }
            }
            int32_t slot = keys ? key->slot : PG_PASSED_OVER;
            if (keys) askers |= key->askers;
            if (past == 0 || past >= end || slot == PG_TO_CALLER) {
                walk->key = start;
                walk->key_end = close;
                position = value;
                stop = PG_AT_VALUE;
                break;
            }
        // Values of a key mostly are as long as the last one: a jump foretold, so that nothing behind has to wait for its end.
        size_t length = past - value;
        if (keys) {
            size_t expected = key->value_length;
            __asm__("" : "+r"(expected));
            if (length == key->value_length) {
                PG_STAY_A_JUMP;
                past = value + expected;
            } else {
                key->value_length = (uint16_t)length;
            }
        }
            if (slot >= 0) {
                size_t quotes = kind == PG_PLAIN;
                if (kind == PG_NULL) {
                    captures[slot].stamp = 0;
                } else if (length > 2 * quotes) {
                    captures[slot] = (pg_capture){text + value + quotes, length - 2 * quotes, 0, stamp, kind};
                }
            }
            position = past;
            if (text[past] != ',') {
                stop = PG_BEHIND_VALUE;
                if (text[past] == '}') {
                    position++;
                    stop = PG_AT_END;
                }
                break;
            }
            size_t next = past + 1;
            if (text[next] == ' ') {
                PG_STAY_A_JUMP;
                next++;
            }
            if (text[next] != '"') {
                stop = PG_BEHIND_VALUE;
                break;
            }
            position = next;
            if (position >= limit) break;
        }
    }
    walk->position = position;
    walk->current = keys ? (uint32_t)(key - keys) : 0;
    walk->stop = stop;
    walk->askers = askers;
}

PG_FASTEST
void pg_walk_members(
    const uint8_t *text, size_t end, size_t limit, pg_known_key *keys, pg_walk *walk, pg_capture *captures,
    uint64_t stamp) {
    // Each way on its own, so that nothing is asked of a member that holds for all.
    if (keys) {
        pg_walk_on(text, end, limit, keys, walk, captures, stamp);
    } else {
        pg_walk_on(text, end, limit, NULL, walk, captures, stamp);
    }
}
