// What Swift's own module of the C library leaves out: which kind of file system a path is on, and how the heap grows.
#ifndef PROMOGUARD_CLINUX_SHIM_H
#define PROMOGUARD_CLINUX_SHIM_H

#include <stdint.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/vfs.h>
#endif

/// The magic number of the file system that `path` is on, as in the kernel's magic.h; 0 when it cannot be had.
static inline uint32_t pg_file_system_magic(const char *path) {
#ifdef __linux__
    struct statfs status;
    return statfs(path, &status) == 0 ? (uint32_t)status.f_type : 0;
#else
    (void)path;
    return 0;
#endif
}

/// Takes what is at least so large straight from the system, to which it goes back when it is freed. Else glibc raises
/// the bound to the size of whatever was freed last, and keeps the gaps that arrays leave as they grow.
static inline void pg_map_blocks_from(int bytes) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, bytes);
#else
    (void)bytes;
#endif
}

#endif
