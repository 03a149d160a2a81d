// The door to Intel ISA-L's igzip, which inflates two to four times as fast as zlib.
#ifndef PROMOGUARD_CISAL_SHIM_H
#define PROMOGUARD_CISAL_SHIM_H

#include <isa-l/igzip_lib.h>
#include <isa-l/crc.h>
#include <isa-l.h>
#include <string.h>

// What one call of isal_inflate did; the state's own struct holds arrays too long for Swift to see.
struct pg_isal_step {
    int code;
    int finished;
    uint32_t consumed;
    uint32_t produced;
};

static inline struct pg_isal_step pg_isal_inflate(
    struct inflate_state *state, const uint8_t *in, uint32_t in_count, uint8_t *out, uint32_t out_count) {
    state->next_in = (uint8_t *)in;
    state->avail_in = in_count;
    state->next_out = out;
    state->avail_out = out_count;
    struct pg_isal_step step;
    step.code = isal_inflate(state);
    step.finished = state->block_state == ISAL_BLOCK_FINISH;
    step.consumed = in_count - state->avail_in;
    step.produced = out_count - state->avail_out;
    return step;
}

// Whole bytes that the bit reader took beyond the end of the deflate stream, at most 8, oldest first.
static inline uint32_t pg_isal_unread(const struct inflate_state *state, uint8_t bytes[8]) {
    int32_t bits = state->read_in_length > 0 ? state->read_in_length : 0;
    uint64_t rest = bits % 8 ? state->read_in >> (bits % 8) : state->read_in;
    uint32_t count = (uint32_t)bits / 8;
    memcpy(bytes, &rest, 8);
    return count;
}

// The version that a saved state belongs to.
static inline uint32_t pg_isal_version(void) { return ISAL_VERSION; }

// Copies the state, sizeof(struct inflate_state) bytes, without the pointers of the last call.
static inline void pg_isal_save(const struct inflate_state *state, uint8_t *bytes) {
    memcpy(bytes, state, sizeof *state);
    struct inflate_state *copy = (struct inflate_state *)bytes;
    copy->next_in = NULL;
    copy->next_out = NULL;
    copy->avail_in = 0;
    copy->avail_out = 0;
}

#endif
